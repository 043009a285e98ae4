/** One agent's desk: task list, Flex's task header, its directory and its notifications. */
import * as Flex from '@twilio/flex-ui';
import { Badge } from '@twilio-paste/core/badge';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { CustomizationProvider } from '@twilio-paste/core/customization';
import { Heading } from '@twilio-paste/core/heading';
import { Paragraph } from '@twilio-paste/core/paragraph';
import { Text } from '@twilio-paste/core/text';
import * as React from 'react';
import * as ReactDOM from 'react-dom';
import { Provider } from 'react-redux';

import { openFlex, type Desk } from './flex';
import type { AgentTask, AgentView } from './server';

const agent = new URLSearchParams(location.search).get('name') ?? 'ana';
const POLL = 700;

async function ask<T>(path: string, method = 'GET'): Promise<T> {
  const response = await fetch(path, { method });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** A task as Flex's state has it, as far as its components and ours read it. */
function flexTask(task: AgentTask, worker: string): Flex.ITask {
  const { attributes } = task;
  return {
    sid: task.reservationSid,
    taskSid: task.sid,
    status: task.reservationStatus,
    taskStatus: task.status,
    taskChannelUniqueName: task.channel,
    channelType: attributes['channelType'] ?? task.channel,
    workerSid: worker,
    attributes,
    dateCreated: new Date(task.since),
    dateUpdated: new Date(task.since),
    age: 0,
    queueName: task.queue,
    getParticipants: async () => [],
  } as unknown as Flex.ITask;
}

function Task({ task, chosen, onChoose }: { task: AgentTask; chosen: boolean; onChoose: () => void }) {
  const offered = task.reservationStatus === 'pending';
  const accept = () => void ask(`/playground/accept?agent=${agent}&reservation=${task.reservationSid}`, 'POST');
  return (
    <Box
      as="li"
      display="flex"
      flexWrap="wrap"
      alignItems="center"
      columnGap="space40"
      rowGap="space20"
      padding="space30"
      backgroundColor={chosen ? 'colorBackgroundPrimaryWeakest' : 'colorBackgroundBody'}
      data-task={task.sid}
      data-status={task.reservationStatus}
    >
      <Button variant="link" onClick={onChoose} aria-current={chosen}>
        {String(task.attributes['customerName'] ?? task.attributes['name'] ?? 'Customer')} {task.sid.slice(-4)}
      </Button>
      <Badge as="span" variant={offered ? 'new' : 'neutral'}>
        {offered ? 'offered' : task.kind}
      </Badge>
      {task.attributes['transferTargetType'] !== undefined && (
        <Badge as="span" variant="success">
          transferred
        </Badge>
      )}
      {offered && (
        <Button variant="primary" size="small" onClick={accept}>
          Accept
        </Button>
      )}
    </Box>
  );
}

function Agent({ view, desk }: { view: AgentView; desk: Desk }) {
  const [tasks, setTasks] = React.useState<AgentTask[]>(view.tasks);
  const [chosen, setChosen] = React.useState<string>();
  React.useEffect(() => {
    const timer = setInterval(() => {
      ask<AgentView>(`/playground/agent?agent=${agent}`).then(
        // What has not changed stays the same, so that Flex does not render it again.
        ({ tasks: now }) => setTasks((before) => (JSON.stringify(before) === JSON.stringify(now) ? before : now)),
        () => undefined,
      );
    }, POLL);
    return () => clearInterval(timer);
  }, []);
  const held = tasks.filter((task) => task.reservationStatus === 'accepted');
  const task = held.find(({ sid }) => sid === chosen) ?? held[0];
  const inFlex = React.useMemo(() => tasks.map((one) => flexTask(one, view.workerSid)), [tasks, view.workerSid]);
  const shown = inFlex.find((one) => one.sid === task?.reservationSid);
  React.useEffect(() => desk.showTasks(inFlex, shown), [desk, inFlex, shown]);
  const context = { task: shown, channelDefinition: shown && Flex.TaskChannels.getForTask(shown) };
  return (
    <Flex.TaskContext.Provider value={context as never}>
      <Box position="relative" height="100vh" overflow="hidden" backgroundColor="colorBackgroundBody">
        <Flex.NotificationBar />
        <Box as="main" height="100%" overflowY="auto" padding="space50">
          <Heading as="h1" variant="heading40">
            {view.name}
          </Heading>
          {shown && task ? (
            <section aria-label="Selected chat">
              <Flex.TaskCanvas key={task.sid} />
              <Paragraph>
                <Text as="span" color="colorTextWeak">
                  {task.kind}, from queue {task.queue}
                </Text>
              </Paragraph>
            </section>
          ) : (
            <Paragraph>No chats.</Paragraph>
          )}
          <Box as="ul" aria-label="Tasks" margin="space0" padding="space0" style={{ listStyle: 'none' }}>
            {tasks.map((one) => (
              <Task
                key={one.reservationSid}
                task={one}
                chosen={one.sid === task?.sid}
                onChoose={() => setChosen(one.sid)}
              />
            ))}
          </Box>
        </Box>
        <Box position="absolute" top="0" right="0" height="100%" display="flex">
          <Flex.WorkerDirectory />
        </Box>
      </Box>
    </Flex.TaskContext.Provider>
  );
}

/** Flex lists agents by its connection to TaskRouter. Here they come from the server; what a click does is the same. */
function AgentsTab({ agents, task }: { agents: AgentView['agents']; label: string; task?: Flex.ITask }) {
  const transfer = (targetSid: string) => {
    Flex.Actions.invokeAction('TransferTask', { task, targetSid, options: { mode: 'COLD' } }).catch(() => undefined);
    void Flex.Actions.invokeAction('HideDirectory');
  };
  return (
    <Flex.Tab label="Agents" uniqueName="agents">
      <Box as="ul" width="100%" padding="space50" margin="space0" style={{ listStyle: 'none' }}>
        {agents.map(({ sid, name }) => (
          <Box as="li" key={sid} display="flex" justifyContent="space-between" alignItems="center" paddingY="space30">
            <Text as="span">{name}</Text>
            <Button variant="secondary" size="small" aria-label={`Transfer to ${name}`} onClick={() => transfer(sid)}>
              Transfer
            </Button>
          </Box>
        ))}
      </Box>
    </Flex.Tab>
  );
}

async function open() {
  const view = await ask<AgentView>(`/playground/agent?agent=${agent}`);
  const desk = openFlex({ token: view.token, worker: view.workerSid, agents: view.agents });
  desk.showTasks(view.tasks.map((task) => flexTask(task, view.workerSid)));
  // Messages need an account.
  Flex.TaskCanvas.Content.remove('tabs');
  Object.assign(window, { FLEX_APP_FUNCTIONS_BASE: view.base });
  const { Content } = Flex.WorkerDirectory.Tabs;
  Content.remove('workers');
  Content.add(<AgentsTab key="agents" label="Agents" agents={view.agents} />, { sortOrder: 0 });
  await new Promise<void>((loaded, failed) => {
    const script = Object.assign(document.createElement('script'), {
      src: '/plugin.js',
      onload: loaded,
      onerror: failed,
    });
    document.head.append(script);
  });
  const Wrapper = desk.provider() ?? CustomizationProvider;
  const root = document.getElementById('root');
  ReactDOM.render(
    <Provider store={desk.store as never}>
      <Flex.ContextProvider manager={desk.manager}>
        <Wrapper baseTheme="default">
          <Agent view={view} desk={desk} />
        </Wrapper>
      </Flex.ContextProvider>
    </Provider>,
    root,
  );
}

void open();
