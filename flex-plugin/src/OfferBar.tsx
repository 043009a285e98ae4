import type { ITask } from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';

import { rescueFocus } from './focus';
import type { Offers, ShownOffer } from './offers';
import type { Ongoing } from './ongoing';
import type { Read, Values } from './strings';
import { useWatched } from './watched';

interface Props {
  task?: ITask;
  offers: Offers;
  ongoing: Ongoing;
  read: Read;
  onTakeBack: (task: ITask) => void;
  onLeave: (task: ITask) => void;
  onTransferNow: (task: ITask, targetSid: string) => void;
}

/** Stands below the task's header while someone is asked to take the chat, and after they have declined. */
export function OfferBar({ task, offers, ongoing, read, onTakeBack, onLeave, onTransferNow }: Props) {
  useWatched(offers, ongoing);
  const offer = task && offers.get(task.taskSid);
  const state = offer?.state;
  const before = React.useRef(state);
  React.useEffect(() => {
    // Its buttons were there, and have gone or changed.
    if (before.current && before.current !== state) rescueFocus();
    before.current = state;
  }, [state]);
  const busy = task !== undefined && ongoing.has(task.taskSid);
  const space = offer && { paddingX: 'space50' as const, paddingY: 'space30' as const };
  const declined = state === 'declined';
  const joined = state === 'joined';
  const values = { name: offer?.name || read('ChatTransferAnotherAgent') };
  // The region is there before it has something to say: what appears in it is then read aloud.
  return (
    <Box
      display="flex"
      flexWrap="wrap"
      alignItems="center"
      columnGap="space40"
      rowGap="space20"
      backgroundColor={declined ? 'colorBackgroundWarningWeakest' : 'colorBackgroundPrimaryWeakest'}
      data-chat-transfer="offer"
      {...space}
    >
      <Box role="status" flexGrow={1} minWidth="0" overflow="hidden">
        {offer && (
          <Text as="span" overflowWrap="anywhere">
            {wordsFor(offer, values, read)}
          </Text>
        )}
      </Box>
      {offer && task && (
        <Box display="flex" flexWrap="wrap" alignItems="center" columnGap="space30" rowGap="space20">
          {declined ? (
            <Button variant="secondary" size="small" onClick={() => offers.drop(task.taskSid)}>
              {read('ChatTransferDismiss')}
            </Button>
          ) : (
            <>
              <Elapsed since={offer.since} />
              <Button
                variant="secondary"
                size="small"
                disabled={busy}
                onClick={() => (joined ? onLeave(task) : onTransferNow(task, offer.targetSid))}
              >
                {joined ? read('ChatTransferLeave', values) : read('ChatTransferHandOver_now')}
              </Button>
              <Button variant="secondary" size="small" disabled={busy} onClick={() => onTakeBack(task)}>
                {joined ? read('ChatTransferSendAway', values) : read('ChatTransferTakeBack')}
              </Button>
            </>
          )}
        </Box>
      )}
    </Box>
  );
}

function wordsFor({ state, targetSid }: ShownOffer, values: Values, read: Read): string {
  if (state === 'offered') return read('ChatTransferAsking', values);
  if (state === 'joined') return read('ChatTransferJoinedHere', values);
  return read(targetSid.startsWith('WK') ? 'ChatTransferDeclinedHere' : 'ChatTransferUnansweredHere', values);
}

/** Minutes and seconds, which no language writes otherwise. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = React.useState(Date.now());
  React.useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Text as="span" color="colorTextWeak" fontVariantNumeric="tabular-nums">
      {elapsed(now - since)}
    </Text>
  );
}
