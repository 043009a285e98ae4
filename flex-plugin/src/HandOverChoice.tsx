import type { ITask } from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Radio, RadioGroup } from '@twilio-paste/core/radio-group';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';

import type { Read } from './strings';
import type { Targets } from './targets';
import type { HandOver } from './transfer';
import { useWatched } from './watched';

interface Props {
  task?: ITask;
  read: Read;
  targets: Targets;
  /** What was chosen, by task. */
  chosen: Map<string, HandOver>;
}

const ALL: HandOver[] = ['accepted', 'now', 'warm'];

/**
 * Ask first, transfer now, or together.
 *
 * Below it are buttons that cannot be undone, so it never changes its height: where it is not known yet what the stack
 * can do, it is there from the start, and stays if there is nothing to choose.
 */
export function HandOverChoice({ task, read, targets, chosen }: Props) {
  useWatched(targets);
  const [knownBefore] = React.useState(targets.handOver !== undefined);
  const [, rerender] = React.useState(0);
  const taskSid = task?.taskSid;
  React.useEffect(() => (taskSid ? targets.use(taskSid) : undefined), [targets, taskSid]);

  const possible = targets.handOver;
  if (!taskSid || (knownBefore && possible && possible.length < 2)) return null;
  const [first] = possible ?? [];
  // What the agent sees is what is asked for, even if the stack's default has changed since.
  if (first && possible && possible.length > 1 && !chosen.has(taskSid)) chosen.set(taskSid, first);
  const choose = (value: string) => {
    chosen.set(taskSid, value as HandOver);
    rerender((count) => count + 1);
  };
  const alone = possible?.length === 1;
  const shown = possible && !alone ? possible : ALL;
  // What the stack turned out not to do leaves its place.
  const gaps = knownBefore ? [] : ALL.slice(shown.length);
  return (
    <Box padding="space50" width="100%" boxSizing="border-box" position="relative" flexShrink={0}>
      <Box {...(alone && { visibility: 'hidden' })}>
        <RadioGroup
          name="chat-transfer-hand-over"
          legend={read('ChatTransferHandOver')}
          value={chosen.get(taskSid) ?? 'unknown'}
          disabled={!possible}
          onChange={choose}
        >
          {shown.map((handOver) => (
            <Radio
              key={handOver}
              id={`chat-transfer-hand-over-${handOver}`}
              value={handOver}
              helpText={read(`ChatTransferHandOver_${handOver}_help`)}
            >
              {read(`ChatTransferHandOver_${handOver}`)}
            </Radio>
          ))}
          {gaps.map((handOver) => (
            <Box key={`no-${handOver}`} visibility="hidden" aria-hidden>
              <Radio value={`no-${handOver}`} disabled helpText={read(`ChatTransferHandOver_${handOver}_help`)}>
                {read(`ChatTransferHandOver_${handOver}`)}
              </Radio>
            </Box>
          ))}
        </RadioGroup>
      </Box>
      {alone && (
        <Box position="absolute" top="space50" left="space50" right="space50">
          <Text as="p" color="colorTextWeak">
            {read('ChatTransferHandOver_only')}
          </Text>
        </Box>
      )}
    </Box>
  );
}
