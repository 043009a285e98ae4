import { Icon } from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Input } from '@twilio-paste/core/input';
import { Label } from '@twilio-paste/core/label';
import { Spinner } from '@twilio-paste/core/spinner';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';

import { problemIn } from './notifications';
import type { Ongoing } from './ongoing';
import type { Read } from './strings';
import type { Target, Targets } from './targets';
import { TransferError } from './transfer';
import { useWatched } from './watched';

export type Kind = 'Agents' | 'Queues' | 'Workflows';

const ICONS = { Agents: 'Agent', Queues: 'Queues', Workflows: 'Cogs' };

interface Props {
  kind: Kind;
  taskSid: string;
  read: Read;
  ongoing: Ongoing;
  targets: Targets;
  onTransfer: (targetSid: string) => void;
}

/** A tab of the directory: a search field, and what can be transferred to, each with a button. */
export function TargetList({ kind, taskSid, read, ongoing, targets, onTransfer }: Props) {
  useWatched(targets, ongoing);
  const [search, setSearch] = React.useState('');
  React.useEffect(() => targets.use(taskSid), [targets, taskSid]);

  const { shown } = targets;
  if (shown instanceof TransferError)
    return <Failed kind={kind} error={shown} read={read} retry={() => targets.retry()} />;
  if (shown === 'loading') {
    return (
      <Box width="100%" padding="space50" role="status">
        <Spinner decorative={false} title={read(`ChatTransfer${kind}Loading`)} size="sizeIcon40" />
      </Box>
    );
  }
  const all: Target[] = { Agents: shown.agents, Queues: shown.queues, Workflows: shown.workflows }[kind];
  const wanted = search.trim().toLowerCase();
  const found = all.filter((target) => target.friendlyName.toLowerCase().includes(wanted));
  const id = `chat-transfer-${kind}-search`;
  return (
    <Box width="100%" display="flex" flexDirection="column" minWidth="0">
      <Box padding="space50" paddingBottom="space30">
        <Label htmlFor={id}>{read(`ChatTransfer${kind}Search`)}</Label>
        <Input
          id={id}
          type="search"
          autoComplete="off"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </Box>
      <Box role="status" paddingX="space50">
        {found.length === 0 && (
          <Text as="p">{read(all.length === 0 ? `ChatTransfer${kind}Empty` : 'ChatTransferNothingFound')}</Text>
        )}
      </Box>
      <Box as="ul" margin="space0" padding="space0" style={{ listStyle: 'none' }}>
        {found.map((target) => (
          <Row
            key={target.sid}
            target={target}
            icon={ICONS[kind]}
            one={kind === 'Agents'}
            read={read}
            disabled={ongoing.has(taskSid)}
            onTransfer={onTransfer}
          />
        ))}
      </Box>
    </Box>
  );
}

interface RowProps {
  target: Target;
  icon: string;
  /** Whether it is one agent, not a number of them. */
  one: boolean;
  read: Read;
  disabled: boolean;
  onTransfer: (targetSid: string) => void;
}

function Row({ target: { sid, friendlyName, available }, icon, one, read, disabled, onTransfer }: RowProps) {
  return (
    <Box as="li" display="flex" alignItems="center" columnGap="space30" paddingX="space50" paddingY="space30">
      <Box display="flex" flexShrink={0} color="colorTextIcon" aria-hidden>
        <Icon icon={icon} />
      </Box>
      <Box minWidth="0" flexGrow={1}>
        <Text as="span" display="block" overflow="hidden" textOverflow="ellipsis" title={friendlyName}>
          {friendlyName}
        </Text>
        {available !== undefined && <Availability count={available} one={one} read={read} />}
      </Box>
      <Button
        variant="secondary"
        size="icon_small"
        disabled={disabled}
        title={read('ChatTransferTo', { name: friendlyName })}
        aria-label={read('ChatTransferTo', { name: friendlyName })}
        onClick={() => onTransfer(sid)}
      >
        <Icon icon="DigitalTransfer" />
      </Button>
    </Box>
  );
}

function Availability({ count, one, read }: { count: number; one: boolean; read: Read }) {
  const none = count === 0;
  return (
    <Box display="flex" alignItems="center" columnGap="space20">
      <Box
        width="8px"
        height="8px"
        flexShrink={0}
        borderRadius="borderRadiusCircle"
        backgroundColor={none ? 'colorBackgroundUnavailable' : 'colorBackgroundAvailable'}
        aria-hidden
      />
      <Text as="span" color="colorTextWeak" fontSize="fontSize20">
        {none
          ? read(one ? 'ChatTransferAgentUnavailable' : 'ChatTransferNoOne')
          : read(one ? 'ChatTransferAgentAvailable' : 'ChatTransferAvailable', { count })}
      </Text>
    </Box>
  );
}

function Failed({ kind, error, read, retry }: { kind: Kind; error: TransferError; read: Read; retry: () => void }) {
  return (
    <Box width="100%" padding="space50" display="flex" flexDirection="column" rowGap="space50">
      <Text as="p" role="alert" color="colorTextError">
        {read(`ChatTransfer${kind}Failed`)} {problemIn(error, read)}
      </Text>
      <Button variant="secondary" onClick={retry}>
        {read('ChatTransferTryAgain')}
      </Button>
    </Box>
  );
}
