import type * as Flex from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';

import type { Offers } from './offers';
import { useWatched, type Ongoing } from './ongoing';

interface Props {
  task?: Flex.ITask;
  offers: Offers;
  ongoing: Ongoing;
  words: { offered: (name: string | undefined) => string; takeBack: () => string };
  onTakeBack: (taskSid: string) => void;
}

/** Stands below the task's header while the task is offered to another agent. */
export function OfferBar({ task, offers, ongoing, words, onTakeBack }: Props) {
  useWatched(offers, ongoing);
  const taskSid = task?.taskSid ?? '';
  const offer = offers.get(taskSid);
  const space = offer && { paddingX: 'space50' as const, paddingY: 'space30' as const };
  // The region is there before it has something to say: what appears in it is then read aloud.
  return (
    <Box
      display="flex"
      flexWrap="wrap"
      alignItems="center"
      justifyContent="space-between"
      columnGap="space40"
      rowGap="space20"
      backgroundColor="colorBackgroundPrimaryWeakest"
      {...space}
    >
      <Box role="status" minWidth="0" overflow="hidden">
        {offer && (
          <Text as="span" overflowWrap="anywhere">
            {words.offered(offer.name)}
          </Text>
        )}
      </Box>
      {offer && (
        <Button variant="secondary" size="small" loading={ongoing.has(taskSid)} onClick={() => onTakeBack(taskSid)}>
          {words.takeBack()}
        </Button>
      )}
    </Box>
  );
}
