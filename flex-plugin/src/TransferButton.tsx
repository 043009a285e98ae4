import { Icon, type ITask } from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Spinner } from '@twilio-paste/core/spinner';
import * as React from 'react';

import { TRANSFER_BUTTON } from './focus';
import type { Ongoing } from './ongoing';
import type { Read } from './strings';
import { useWatched } from './watched';

interface Props {
  task?: ITask;
  read: Read;
  ongoing: Ongoing;
  onClick: (task: ITask) => void;
  id?: string;
}

/** Stands next to End Chat, or in the header of a chat that is monitored. */
export function TransferButton({ task, read, ongoing, onClick, id = TRANSFER_BUTTON }: Props) {
  useWatched(ongoing);
  if (!task) return null;
  const transferring = ongoing.has(task.taskSid);
  return (
    <Box marginRight="space30" alignSelf="center" flexShrink={0} aria-busy={transferring}>
      {/* While it is busy it does nothing but keeps the focus, which a disabled button would lose. */}
      <Button id={id} variant="secondary" onClick={() => transferring || onClick(task)}>
        {transferring ? <Spinner decorative size="sizeIcon20" /> : <Icon icon="DigitalTransfer" sizeMultiplier={0.8} />}
        {read('ChatTransferButton')}
      </Button>
    </Box>
  );
}
