/**
 * As much of Flex as runs without an account: its real store, actions, notifications, strings and components.
 *
 * `Manager.create` would sign in, register the actions and connect to TaskRouter. What is missing for that reason is
 * put in its place here, and nothing else: the actions that open and close the directory and end a chat, the session's
 * token, the agent's tasks, and the two clients that Flex's list of agents reads.
 */
import * as Flex from '@twilio/flex-ui';
import type { CustomizationProvider } from '@twilio-paste/core/customization';
import * as React from 'react';
import * as ReactDOM from 'react-dom';
import { combineReducers, compose, createStore, type Store } from 'redux';

import type { Colleague } from './server';

export interface Session {
  token: string;
  worker: string;
  roles: string[];
}

/** How Flex is set up: what an account's settings would say. */
export interface Settings {
  /** `ui_attributes` of the account's configuration. */
  uiAttributes: object;
  locale: string;
  dark: boolean;
  /** Whether warm transfers of calls are on. */
  warm: boolean;
}

/** What Flex asks TaskRouter, and what its actions do there. */
export interface TaskRouter {
  activities: { name: string; available: boolean }[];
  workers: () => Promise<Colleague[]>;
  end: (task: Flex.ITask, how: 'wrapping' | 'completed') => Promise<void>;
}

export interface Desk {
  manager: Flex.Manager;
  store: Store<unknown>;
  session: Session;
  /** What the plugin wants Paste's components to be wrapped in. */
  provider: () => typeof CustomizationProvider | undefined;
  /** Tells Flex's store what its connection to TaskRouter would, and which task is selected. */
  showTasks: (tasks: Flex.ITask[], selected?: Flex.ITask) => void;
}

export function openFlex(session: Session, settings: Settings, taskRouter: TaskRouter): Desk {
  const state = { flex: { session: { ssoTokenPayload: session, loginState: 'LOGGED_IN' } } };
  const reducer = combineReducers({ flex: Flex.FlexReducer });
  const enhancers = [Flex.applyFlexMiddleware(), Flex.flexStoreEnhancer];
  const store = createStore(reducer, state as never, compose(...(enhancers as [])));
  const theme = { isLight: !settings.dark };
  const manager = new Flex.Manager({ sdkOptions: {}, theme } as never, store as never);
  // What `Manager.create` does, without signing in.
  const serviceConfiguration = { outbound_call_flows: {}, ui_attributes: settings.uiAttributes };
  Object.assign(manager, { _initialized: true, _serviceConfiguration: serviceConfiguration });
  Object.defineProperties(manager, {
    insightsClient: { value: { instantQuery: async () => query(await taskRouter.workers()) } },
    localization: { value: { localeTag: settings.locale } },
    user: { value: { roles: session.roles } },
  });
  Object.assign(Object.getPrototypeOf(Flex.Manager), { _instance: manager, _proxiedInstance: manager });
  manager.strings = { ...manager.strings };
  connect(taskRouter);
  store.dispatch({ type: 'WORKER_UPDATE', payload: { source: { sid: session.worker } } });
  const warm = { id: 'flex-warm-transfers', enabled: settings.warm };
  store.dispatch({ type: 'FLEX_FEATURE_FLAGS_UPDATE', payload: [warm] });

  const showTasks = (tasks: Flex.ITask[], selected?: Flex.ITask) => {
    store.dispatch({ type: 'WORKER_UPDATE', payload: { tasks: new Map(tasks.map((task) => [task.sid, task])) } });
    store.dispatch({ type: 'VIEW_UPDATE', payload: { selectedTaskSid: selected?.sid } });
  };
  const view = (payload: object) => async () => void store.dispatch({ type: 'VIEW_UPDATE', payload });
  Flex.Actions.registerAction('ShowDirectory', view({ isDirectoryOpen: true }));
  Flex.Actions.registerAction('HideDirectory', view({ isDirectoryOpen: false }));
  const end = (how: 'wrapping' | 'completed') => async (payload: { task?: Flex.ITask }) => {
    if (payload.task) await taskRouter.end(payload.task, how);
  };
  Flex.Actions.registerAction('WrapupTask', end('wrapping') as never);
  Flex.Actions.registerAction('CompleteTask', end('completed') as never);
  Flex.Actions.registerAction('TransferTask', async () => {
    throw new Error("Flex's own transfers need an account.");
  });

  let provider: typeof CustomizationProvider | undefined;
  const outside = {
    ...Flex,
    setProviders: (providers: { PasteThemeProvider?: typeof CustomizationProvider }) => {
      provider = providers.PasteThemeProvider;
    },
    Plugins: {
      init: (Plugin: new () => { init(flex: unknown, manager: unknown): void }) => new Plugin().init(outside, manager),
    },
  };
  // The names by which Flex hands these to plugins.
  Object.assign(window, { Twilio: { Flex: outside }, React, ReactDOM, desk: { manager, session, Flex } });
  return { manager, store, session, provider: () => provider, showTasks };
}

/** What a live query for one agent finds. */
function query(workers: Colleague[]) {
  const found = Object.fromEntries(workers.map(({ sid, name }) => [sid, { attributes: { full_name: name } }]));
  return { search: async () => undefined, getItems: () => found };
}

/** The clients of Flex's list of agents: `bundle.ts` lets them be set. */
function connect({ activities, workers }: TaskRouter): void {
  const { FlexModule } = window as never as { FlexModule: { workerClient: unknown; workspaceClient: unknown } };
  FlexModule.workerClient = { activities: new Map(activities.map((activity) => [activity.name, activity])) };
  FlexModule.workspaceClient = {
    fetchTaskQueues: async () => new Map(),
    fetchWorkers: async ({ TargetWorkersExpression: expression = '' }) => {
      const wanted = /full_name contains "(.*)"/.exec(expression)?.[1]?.toLowerCase() ?? '';
      const found = (await workers()).filter(({ name }) => name.toLowerCase().includes(wanted));
      return new Map(found.map((colleague) => [colleague.sid, worker(colleague)]));
    },
  };
}

const worker = ({ sid, name, activity, since }: Colleague) => ({
  sid,
  friendlyName: name,
  activityName: activity,
  attributes: { full_name: name },
  dateUpdated: new Date(since),
  dateStatusChanged: new Date(since),
});
