/**
 * As much of Flex as runs without an account: its real store, actions, notifications, strings and components.
 *
 * `Manager.create` would sign in, register the actions and connect to TaskRouter. What is missing for that reason is
 * put in its place here, and nothing else: the two actions that open and close the directory, the session's token, the
 * agent's tasks, and the names of agents.
 */
import * as Flex from '@twilio/flex-ui';
import type { CustomizationProvider } from '@twilio-paste/core/customization';
import * as React from 'react';
import * as ReactDOM from 'react-dom';
import { combineReducers, compose, createStore, type Store } from 'redux';

export interface Session {
  token: string;
  worker: string;
  agents: { sid: string; name: string }[];
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

export function openFlex(session: Session): Desk {
  const state = { flex: { session: { ssoTokenPayload: session, loginState: 'LOGGED_IN' } } };
  const reducer = combineReducers({ flex: Flex.FlexReducer });
  const enhancers = [Flex.applyFlexMiddleware(), Flex.flexStoreEnhancer];
  const store = createStore(reducer, state as never, compose(...(enhancers as [])));
  const manager = new Flex.Manager({ sdkOptions: {}, theme: { isLight: true } } as never, store as never);
  // What `Manager.create` does, without signing in.
  Object.assign(manager, { _initialized: true, _serviceConfiguration: { outbound_call_flows: {} } });
  const found = Object.fromEntries(session.agents.map(({ sid, name }) => [sid, { attributes: { full_name: name } }]));
  const instantQuery = async () => ({ search: async () => undefined, getItems: () => found });
  Object.defineProperty(manager, 'insightsClient', { value: { instantQuery } });
  Object.assign(Object.getPrototypeOf(Flex.Manager), { _instance: manager, _proxiedInstance: manager });
  manager.strings = { ...manager.strings };

  const showTasks = (tasks: Flex.ITask[], selected?: Flex.ITask) => {
    store.dispatch({ type: 'WORKER_UPDATE', payload: { tasks: new Map(tasks.map((task) => [task.sid, task])) } });
    store.dispatch({ type: 'VIEW_UPDATE', payload: { selectedTaskSid: selected?.sid } });
  };
  const view = (payload: object) => async () => void store.dispatch({ type: 'VIEW_UPDATE', payload });
  Flex.Actions.registerAction('ShowDirectory', view({ isDirectoryOpen: true }));
  Flex.Actions.registerAction('HideDirectory', view({ isDirectoryOpen: false }));
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
