import type * as Flex from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import * as React from 'react';

import { useOngoing, type Ongoing } from './ongoing';

interface Props {
  task?: Flex.ITask;
  label: string;
  ongoing: Ongoing;
  onClick: (task: Flex.ITask) => void;
}

/** Stands next to End Chat and opens the directory. */
export function TransferButton({ task, label, ongoing, onClick }: Props) {
  const transferring = useOngoing(ongoing, task?.taskSid ?? '');
  if (!task) return null;
  return (
    <Box marginRight="space30" alignSelf="center">
      <Button variant="secondary" size="small" loading={transferring} onClick={() => onClick(task)}>
        {label}
      </Button>
    </Box>
  );
}
