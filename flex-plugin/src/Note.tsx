/** A note for the next agent: where it is written, and where it is read. */
import type { ITask } from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Input } from '@twilio-paste/core/input';
import { Label } from '@twilio-paste/core/label';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';

import type { Read } from './strings';

/** As many characters as the API takes. */
const LONGEST = 500;
const ID = 'chat-transfer-note';

interface FieldProps {
  task?: ITask;
  read: Read;
  /** What was written, by task. */
  notes: Map<string, string>;
}

export function NoteField({ task, read, notes }: FieldProps) {
  const [, rerender] = React.useState(0);
  if (!task) return null;
  const { taskSid } = task;
  const write = (text: string) => {
    notes.set(taskSid, text);
    rerender((count) => count + 1);
  };
  return (
    <Box paddingX="space50" paddingBottom="space50" width="100%" boxSizing="border-box" flexShrink={0}>
      <Label htmlFor={ID}>{read('ChatTransferNote')}</Label>
      <Input
        id={ID}
        type="text"
        autoComplete="off"
        maxLength={LONGEST}
        value={notes.get(taskSid) ?? ''}
        onChange={(event) => write(event.target.value)}
      />
    </Box>
  );
}

export function noteOf(task: ITask | undefined): string | undefined {
  const note: unknown = task?.attributes?.transferNote;
  return typeof note === 'string' && note.trim() ? note.trim() : undefined;
}

/** Above the chat, for the agent to whom it was transferred. */
export function NoteShown({ task, read }: { task?: ITask; read: Read }) {
  const note = noteOf(task);
  if (!note) return null;
  return (
    <Box
      paddingX="space50"
      paddingY="space30"
      backgroundColor="colorBackgroundNeutralWeakest"
      data-chat-transfer="note"
    >
      <Text as="p" overflowWrap="anywhere">
        {read('ChatTransferNoteHere', { note })}
      </Text>
    </Box>
  );
}
