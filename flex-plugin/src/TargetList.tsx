import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Input } from '@twilio-paste/core/input';
import { Label } from '@twilio-paste/core/label';
import { Spinner } from '@twilio-paste/core/spinner';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';

import type { Ongoing } from './ongoing';
import { useOngoing } from './ongoing';

export interface Target {
  sid: string;
  friendlyName: string;
  availableWorkers?: number | null;
}

export interface Words {
  search: string;
  loading: string;
  empty: string;
  nothingFound: string;
  failed: string;
  tryAgain: string;
  transfer: string;
  transferTo: (name: string) => string;
  available: (count: number) => string;
}

interface Props {
  id: string;
  taskSid: string;
  words: Words;
  ongoing: Ongoing;
  load: (signal: AbortSignal) => Promise<Target[]>;
  onTransfer: (targetSid: string) => void;
}

/** A tab of the directory: a search field, and what can be transferred to, each with a button. */
export function TargetList({ id, taskSid, words, ongoing, load, onTransfer }: Props) {
  const [targets, retry] = useTargets(load);
  const [search, setSearch] = React.useState('');
  const transferring = useOngoing(ongoing, taskSid);

  if (targets === 'failed') {
    return (
      <Box width="100%" padding="space50" display="flex" flexDirection="column" rowGap="space50">
        <Text as="p" role="alert" color="colorTextError">
          {words.failed}
        </Text>
        <Button variant="secondary" onClick={retry}>
          {words.tryAgain}
        </Button>
      </Box>
    );
  }
  if (targets === 'loading') {
    return (
      <Box width="100%" padding="space50" role="status">
        <Spinner decorative={false} title={words.loading} size="sizeIcon40" />
      </Box>
    );
  }
  const wanted = search.trim().toLowerCase();
  const found = targets.filter((target) => target.friendlyName.toLowerCase().includes(wanted));
  return (
    <Box width="100%" padding="space50" display="flex" flexDirection="column" rowGap="space50">
      <div>
        <Label htmlFor={`${id}-search`}>{words.search}</Label>
        <Input
          id={`${id}-search`}
          type="search"
          autoComplete="off"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <Box role="status">
        {found.length === 0 && <Text as="p">{targets.length === 0 ? words.empty : words.nothingFound}</Text>}
      </Box>
      <Box as="ul" margin="space0" padding="space0" style={{ listStyle: 'none' }}>
        {found.map(({ sid, friendlyName, availableWorkers }) => (
          <Box
            as="li"
            key={sid}
            display="flex"
            alignItems="center"
            justifyContent="space-between"
            columnGap="space40"
            paddingY="space30"
          >
            <Box minWidth="0">
              <Text as="span" display="block" overflow="hidden" textOverflow="ellipsis" title={friendlyName}>
                {friendlyName}
              </Text>
              {typeof availableWorkers === 'number' && (
                <Text as="span" color="colorTextWeak" fontSize="fontSize20">
                  {words.available(availableWorkers)}
                </Text>
              )}
            </Box>
            <Button
              variant="secondary"
              size="small"
              disabled={transferring}
              aria-label={words.transferTo(friendlyName)}
              onClick={() => onTransfer(sid)}
            >
              {words.transfer}
            </Button>
          </Box>
        ))}
      </Box>
    </Box>
  );
}

function useTargets(load: Props['load']): [Target[] | 'loading' | 'failed', () => void] {
  const [targets, setTargets] = React.useState<Target[] | 'loading' | 'failed'>('loading');
  const [tries, setTries] = React.useState(0);
  React.useEffect(() => {
    const closed = new AbortController();
    setTargets('loading');
    load(closed.signal).then(setTargets, () => {
      if (!closed.signal.aborted) setTargets('failed');
    });
    return () => closed.abort();
  }, [load, tries]);
  return [targets, () => setTries((count) => count + 1)];
}
