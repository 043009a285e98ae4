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
import type { AgentTask, AgentView, Colleague } from './server';

/** `?name=ana&lang=de&theme=dark&native=1&warm=1&stack=build&handOver=accepted,now`, all but the name optional. */
const asked = new URLSearchParams(location.search);
/** Where the plugin is: the page names it. */
const PLUGIN = document.currentScript?.dataset['plugin'] ?? '';
const agent = asked.get('name') ?? 'ana';
const dark = asked.get('theme') === 'dark';
const monitored = asked.get('monitor');
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
    defaultFrom: nameOf(task),
    dateCreated: new Date(task.since),
    dateUpdated: new Date(task.since),
    age: 0,
    queueName: task.queue,
    getParticipants: async () => [],
  } as unknown as Flex.ITask;
}

const nameOf = ({ attributes }: AgentTask) => String(attributes['name'] ?? attributes['from'] ?? 'Anonymous');

function Task({ task, chosen, onChoose }: { task: AgentTask; chosen: boolean; onChoose: () => void }) {
  const offered = task.reservationStatus === 'pending';
  const answer = (status: 'accepted' | 'rejected') => () =>
    void ask(`/playground/reservation?agent=${agent}&reservation=${task.reservationSid}&status=${status}`, 'POST');
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
        {nameOf(task)} {task.sid.slice(-4)}
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
        <>
          <Button variant="primary" size="small" onClick={answer('accepted')}>
            Accept
          </Button>
          <Button variant="secondary" size="small" onClick={answer('rejected')}>
            Decline
          </Button>
        </>
      )}
    </Box>
  );
}

/** In Flex's place for it, and where notifications lie: an agent who declines becomes unavailable, as in TaskRouter. */
function Header({ view }: { view: AgentView }) {
  const available = view.activities.find(({ name }) => name === view.activity)?.available === true;
  const become = () => void ask(`/playground/activity?agent=${agent}&name=Available`, 'POST');
  return (
    <Box
      as="header"
      display="flex"
      alignItems="center"
      columnGap="space40"
      flexShrink={0}
      height="60px"
      paddingX="space50"
      borderBottomStyle="solid"
      borderBottomWidth="borderWidth10"
      borderBottomColor="colorBorderWeak"
    >
      <Heading as="h1" variant="heading40" marginBottom="space0">
        {view.name}
      </Heading>
      <Badge as="span" variant={available ? 'success' : 'warning'}>
        {view.activity}
      </Badge>
      {!available && (
        <Button variant="secondary" size="small" onClick={become}>
          Become available
        </Button>
      )}
    </Box>
  );
}

function Agent({ first, desk }: { first: AgentView; desk: Desk }) {
  const [view, setView] = React.useState(first);
  const [chosen, setChosen] = React.useState<string>();
  React.useEffect(() => {
    const timer = setInterval(() => {
      ask<AgentView>(`/playground/agent?agent=${agent}`).then(
        // What has not changed stays the same, so that Flex does not render it again.
        (now) => setView((before) => (JSON.stringify(before) === JSON.stringify(now) ? before : now)),
        () => undefined,
      );
    }, POLL);
    return () => clearInterval(timer);
  }, []);
  const { tasks } = view;
  const mine = tasks.filter(({ reservationStatus }) => reservationStatus !== 'pending');
  const task = mine.find(({ sid }) => sid === chosen) ?? mine[0];
  const inFlex = React.useMemo(() => tasks.map((one) => flexTask(one, view.workerSid)), [JSON.stringify(tasks)]);
  const shown = inFlex.find((one) => one.sid === task?.reservationSid);
  React.useEffect(() => desk.showTasks(inFlex, shown), [desk, inFlex, shown]);
  const context = { task: shown, channelDefinition: shown && Flex.TaskChannels.getForTask(shown) };
  return (
    <Flex.TaskContext.Provider value={context as never}>
      <Box
        position="relative"
        height="100vh"
        display="flex"
        flexDirection="column"
        backgroundColor="colorBackgroundBody"
      >
        <Header view={view} />
        <Flex.NotificationBar />
        <Box position="relative" flexGrow={1} minHeight="0" overflow="hidden">
          <Box as="main" height="100%" overflowY="auto" padding="space50">
            {monitored && <Monitored name={monitored} />}
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
        {/* What plugins add around all views; the rest of this container needs an account. */}
        <Flex.DynamicComponent
          contentStore={Flex.MainContainer.Content as never}
          name="MainContainer"
          childProps={{}}
          noContainers
        >
          <div />
        </Flex.DynamicComponent>
      </Box>
    </Flex.TaskContext.Provider>
  );
}

/** The chats of another agent, as the Teams view has them: `?monitor=ana`. */
function Monitored({ name }: { name: string }) {
  const [view, setView] = React.useState<AgentView>();
  const [chosen, setChosen] = React.useState<string>();
  React.useEffect(() => {
    const look = () => void ask<AgentView>(`/playground/agent?agent=${name}`).then(setView, () => undefined);
    look();
    const timer = setInterval(look, POLL);
    return () => clearInterval(timer);
  }, [name]);
  const inFlex = React.useMemo(
    () => view?.tasks.map((task) => flexTask(task, view.workerSid)) ?? [],
    [JSON.stringify(view?.tasks)],
  );
  const task = inFlex.find(({ taskSid }) => taskSid === chosen);
  const context = { task, channelDefinition: task && Flex.TaskChannels.getForTask(task) };
  return (
    <section aria-label="Monitored chat">
      {inFlex.map((one) => (
        <Button key={one.taskSid} variant="link" data-monitor={one.taskSid} onClick={() => setChosen(one.taskSid)}>
          {one.defaultFrom} {one.taskSid.slice(-4)}
        </Button>
      ))}
      {task && (
        <Flex.TaskContext.Provider value={context as never}>
          <Flex.Supervisor.TaskCanvas />
        </Flex.TaskContext.Provider>
      )}
    </section>
  );
}

async function load(path: string): Promise<void> {
  await new Promise<void>((loaded, failed) => {
    const script = Object.assign(document.createElement('script'), { src: path, onload: loaded, onerror: failed });
    document.head.append(script);
  });
}

async function open() {
  const view = await ask<AgentView>(`/playground/agent?agent=${agent}`);
  const named = asked.get('stack') ?? 'configuration';
  const handOver = asked.get('handOver')?.split(',');
  const flexChatTransfer = named === 'configuration' ? { endpoint: view.base, handOver } : undefined;
  const desk = openFlex(
    { token: view.token, worker: view.workerSid, roles: view.roles },
    { uiAttributes: { flexChatTransfer }, locale: asked.get('lang') ?? 'en-US', dark, warm: asked.has('warm') },
    {
      activities: view.activities,
      workers: () => ask<Colleague[]>('/playground/workers'),
      end: (task, how) => ask(`/playground/end?task=${task.taskSid}&how=${how}`, 'POST'),
    },
  );
  if (asked.has('native')) desk.store.dispatch({ type: 'TRANSFERS_CONFIG_UPDATE', payload: { enabled: true } });
  desk.showTasks(view.tasks.map((task) => flexTask(task, view.workerSid)));
  // Messages need an account.
  Flex.TaskCanvas.Content.remove('tabs');
  Flex.Supervisor.TaskCanvas.Content.remove('tabs');
  Object.assign(window, { FLEX_APP_FUNCTIONS_BASE: named === 'build' ? view.base : '' });
  await load(PLUGIN);
  const Wrapper = desk.provider() ?? CustomizationProvider;
  const root = document.getElementById('root');
  ReactDOM.render(
    <Provider store={desk.store as never}>
      <Flex.ContextProvider manager={desk.manager}>
        <Wrapper baseTheme={dark ? 'dark' : 'default'}>
          <Agent first={view} desk={desk} />
        </Wrapper>
      </Flex.ContextProvider>
    </Provider>,
    root,
  );
}

void open();
