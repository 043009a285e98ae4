import { AlertDialog } from '@twilio-paste/core/alert-dialog';
import * as React from 'react';

import { customerOf } from './customers';
import { rescueFocus } from './focus';
import type { Question } from './guard';
import type { Read } from './strings';
import { useWatched } from './watched';

interface Props {
  question: Question;
  read: Read;
}

/** Asks before a chat is ended that someone is asked to take. */
export function EndQuestion({ question, read }: Props) {
  useWatched(question);
  const { open } = question;
  if (!open) return null;
  const answer = (yes: boolean) => () => {
    question.answer(yes);
    rescueFocus();
  };
  return (
    <AlertDialog
      heading={read('ChatTransferEnd', { customer: customerOf(open.task) ?? read('ChatTransferTheCustomer') })}
      isOpen
      destructive
      onConfirm={answer(true)}
      onConfirmLabel={read('ChatTransferEndConfirm')}
      onDismiss={answer(false)}
      onDismissLabel={read('ChatTransferEndCancel')}
    >
      {read(open.offer?.state === 'joined' ? 'ChatTransferEndTogether' : 'ChatTransferEndText', {
        name: open.offer?.name ?? read('ChatTransferAnotherAgent'),
      })}
    </AlertDialog>
  );
}
