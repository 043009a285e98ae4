/** Ana's desk in headless Chromium, with Flex's real actions, notifications and components, against a local stack. */
import { existsSync, readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach } from 'node:test';

import { chromium, type BrowserContext, type Page } from 'playwright-core';

import { keptBundles } from '../playground/bundle';
import { Playground } from '../playground/server';
import { en } from '../src/languages/en';
import { fill, type StringKey, type Values } from '../src/strings';
import type { Code, HandOver } from '../src/transfer';
import { Offering } from './offering';
import { startStack, type Kind, type Stack } from './stack';
import { Wire } from './wire';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const skip = existsSync(CHROMIUM) ? false : `There is no ${CHROMIUM}; CHROMIUM names another browser.`;
// In a container, as root, without looking for hosts of Google's.
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
// Flex asks for fonts and sounds of Twilio's: not to be found at once is faster than after a while.
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1';
// Flex's script is larger than what Chromium compiles at once, and reads its errors' stacks while it starts: without this
// V8 would parse it again for them.
const V8 = '--js-flags=--no-enable-lazy-source-positions';
export const PORT = Number(process.env['PAGE_PORT'] ?? 3000);

export let stack: Stack;
export let wire: Wire;
export let offering = new Offering();
export let playground: Playground;
let context: BrowserContext;
export let page: Page;

/**
 * Before and after each test of a file.
 *
 * With a clock, `page.clock.fastForward` lets minutes pass at once in the pages; otherwise it goes as ours does.
 */
export function useDesk(name: string, { clock = false } = {}): void {
  before(async () => {
    if (skip) return;
    const { PAGE_BUNDLES, BROWSER_PROFILE = '' } = process.env;
    stack = await startStack(name);
    // What a file that was interrupted has left.
    await stack.repair();
    await stack.clear();
    wire = await Wire.to(stack.endpoint);
    const bundles = PAGE_BUNDLES ? await keptBundles(PAGE_BUNDLES) : undefined;
    playground = await Playground.open(stack, PORT, wire.base, bundles);
    // With a profile, because Chromium keeps no compiled scripts of pages that have none.
    context = await chromium.launchPersistentContext(BROWSER_PROFILE, {
      executablePath: CHROMIUM,
      args: [...ARGUMENTS, OFFLINE, V8, '--disable-sync', '--no-first-run'],
      viewport: { width: 1280, height: 720 },
      reducedMotion: 'reduce',
    });
    // A busy machine takes its time.
    context.setDefaultTimeout(60_000);
    if (clock) await context.clock.install();
  });
  after(async () => {
    await context?.close();
    playground?.close();
    wire?.close();
    await stack?.stop();
  });
  beforeEach(async () => {
    if (skip) return;
    offering = new Offering();
    wire.script = offering.answer;
    page = await context.newPage();
  });
  afterEach(async () => {
    if (skip) return;
    await page.close();
    await stack.repair();
    await stack.clear();
    wire.reset();
  });
}

/** Another page next to the first one. */
export const newPage = () => context.newPage();

export const button = (name: string) => page.getByRole('button', { name, exact: true });
/** Holds the answers to a path, preflights included, until what is returned is called. */
export function hold(path: string): () => void {
  let release = () => {};
  wire.waits.set(path, new Promise((done) => (release = done)));
  return () => {
    wire.waits.delete(path);
    release();
  };
}

export const notification = (text: string) => page.locator('.Twilio-NotificationBar').getByText(text);
export const chat = () => page.getByRole('region', { name: 'Selected chat' });
export const directory = () => page.locator('.Twilio-WorkerDirectory');

/** Who the chat is with, unless a test says otherwise. */
export const CUSTOMER = 'Maria Silva';
export const said = (key: StringKey, values: Values = {}) => fill(en[key], { customer: CUSTOMER, ...values });
export const problemSaid = (code: Code, customer = CUSTOMER) =>
  said('ChatTransferFailed', { customer, problem: en[`ChatTransferProblem_${code}`] });

/** How the page is opened: see the first lines of `playground/agent.tsx`. */
export interface Opened {
  agent?: string;
  origin?: string;
  query?: string;
}

/** Opens Ana's desk and chooses a new chat of hers. */
export async function deskWith(kind: Kind = 'conversation', opened: Opened = {}): Promise<string> {
  const sid = await stack.newTask(kind, 'ana', CUSTOMER);
  await open(sid, opened);
  return sid;
}

export async function open(
  sid: string,
  { agent = 'ana', origin = `http://localhost:${PORT}`, query = '' }: Opened = {},
): Promise<void> {
  await page.goto(`${origin}/agent?name=${agent}${query}`);
  await choose(sid);
}

export async function choose(sid: string): Promise<void> {
  await page.locator(`[data-task="${sid}"] button`).first().click();
  await page.locator(`[data-task="${sid}"] [aria-current="true"]`).waitFor();
}

export async function openDirectory(): Promise<void> {
  await chat().getByRole('button', { name: 'Transfer', exact: true }).click();
}

export async function openTab(name: 'Agents' | 'Queues' | 'Workflows'): Promise<void> {
  await openDirectory();
  await directory().getByRole('button', { name }).first().click();
}

/** Invokes the action as other code in Flex does, and tells what became of it. */
export async function invoke(sid: string, targetSid: string, options?: object, changes: object = {}): Promise<string> {
  return page.evaluate(
    async ([taskSid, target, chosen, changed]) => {
      const { Actions } = (window as never as { desk: { Flex: typeof import('@twilio/flex-ui') } }).desk.Flex;
      const task = { taskSid, sid: 'WR0', attributes: { conversationSid: 'CH0' }, channelType: 'web', ...changed };
      return Actions.invokeAction('TransferTask', { task, targetSid: target, options: chosen }).then(
        () => 'resolved',
        (error: Error) => `rejected: ${error.message}`,
      );
    },
    [sid, targetSid, options, { defaultFrom: CUSTOMER, ...changes }] as const,
  );
}

/** Has other code transfer the chat that is selected, as Flex knows it. */
export async function transferSelected(targetSid: string, options: object): Promise<void> {
  await page.evaluate(
    async ([target, chosen]) => {
      const { manager, Flex } = (
        window as never as {
          desk: { manager: import('@twilio/flex-ui').Manager; Flex: typeof import('@twilio/flex-ui') };
        }
      ).desk;
      const { view, worker } = manager.store.getState().flex;
      const task = worker.tasks.get(view.selectedTaskSid ?? '');
      await Flex.Actions.invokeAction('TransferTask', { task, targetSid: target, options: chosen });
    },
    [targetSid, options] as const,
  );
}

/** What the stack would list, were it to hand over in these ways. */
export function canHandOver(...handOver: HandOver[]): void {
  const listed = (all: Record<string, string>, ...names: string[]) =>
    names.map((friendlyName) => ({ friendlyName, sid: all[friendlyName], availableWorkers: 2 }));
  wire.fakes.set('/transfer-targets', {
    workflows: listed(stack.seed.workflows, 'Escalations'),
    queues: listed(stack.seed.queues, 'Sales', 'Support'),
    handOver,
  });
}

// Paste hides the input and draws the label.
export const choice = (handOver: HandOver) => page.locator(`label[for="chat-transfer-hand-over-${handOver}"]`);
export const offered = (name: string) => page.getByRole('status').getByText(said('ChatTransferAsking', { name }));

/** Ana's desk with a conversation that she has asked Ben to take. */
export async function deskWithOffer(opened: Opened = {}): Promise<string> {
  canHandOver('now', 'accepted');
  const sid = await deskWith('conversation', opened);
  await openTab('Agents');
  await choice('accepted').click();
  await button('Transfer to Ben Baker').click();
  await offered('Ben Baker').waitFor();
  return sid;
}

export async function violations(within: string): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8') });
  return page.evaluate(async (selector) => {
    // Colours that are still changing would be judged too early.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const { axe } = window as never as { axe: typeof import('axe-core') };
    const { violations: found } = await axe.run(selector);
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, within);
}
