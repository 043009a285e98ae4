import type * as Flex from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Radio, RadioGroup } from '@twilio-paste/core/radio-group';
import * as React from 'react';

import type { HandOver } from './transfer';

interface Props {
  task?: Flex.ITask;
  words: Record<HandOver | 'legend', string>;
  /** What the stack can do, the default first. */
  load: () => Promise<HandOver[]>;
  /** What was chosen, by task. */
  chosen: Map<string, HandOver>;
}

/** Stands above the directory's tabs, so that it holds for agents, queues and workflows. */
export function HandOverChoice({ task, words, load, chosen }: Props) {
  const [possible, setPossible] = React.useState<HandOver[]>([]);
  const [, rerender] = React.useState(0);
  React.useEffect(() => {
    let closed = false;
    load().then(
      (found) => closed || setPossible(found),
      () => undefined,
    );
    return () => {
      closed = true;
    };
  }, [load]);

  const [first] = possible;
  if (!task || !first || possible.length < 2) return null;
  // What the agent sees is what is asked for, even where the stack's default has changed since.
  if (!chosen.has(task.taskSid)) chosen.set(task.taskSid, first);
  const choose = (value: string) => {
    chosen.set(task.taskSid, value as HandOver);
    rerender((count) => count + 1);
  };
  return (
    <Box padding="space50" width="100%" boxSizing="border-box">
      <RadioGroup
        name="chat-transfer-hand-over"
        legend={words.legend}
        value={chosen.get(task.taskSid) ?? first}
        onChange={choose}
      >
        {possible.map((handOver) => (
          <Radio key={handOver} id={`chat-transfer-hand-over-${handOver}`} value={handOver}>
            {words[handOver]}
          </Radio>
        ))}
      </RadioGroup>
    </Box>
  );
}
