/** Ana's desk in headless Chromium, with Flex's real actions, notifications and components, against a local stack. */
import { existsSync, readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach } from 'node:test';

import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

import { Playground } from '../playground/server';
import { Offering } from './offering';
import { startStack, type Kind, type Stack } from './stack';
import { Wire } from './wire';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const skip = existsSync(CHROMIUM) ? false : `There is no ${CHROMIUM}; CHROMIUM names another browser.`;
// In a container, as root, without looking for hosts of Google's.
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
// The origin that the local stack lets call without being told.
export const PORT = 3000;

export let stack: Stack;
export let wire: Wire;
export let offering = new Offering();
let playground: Playground;
let browser: Browser;
let context: BrowserContext;
export let page: Page;

/** Before and after each test of a file. */
export function useDesk(name: string): void {
  before(async () => {
    if (skip) return;
    stack = await startStack(name);
    wire = await Wire.to(stack.endpoint);
    playground = await Playground.open(stack, PORT, wire.base);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...ARGUMENTS, '--disable-sync', '--no-first-run'],
    });
    // One for all, so that Chromium keeps Flex compiled.
    context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  });
  after(async () => {
    await browser?.close();
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
    wire.next.length = 0;
    wire.calls.length = 0;
    wire.fakes.clear();
  });
}

/** A page in a context of its own: Chromium keeps what a preflight said. */
export async function openAnotherContext(): Promise<void> {
  await page.close();
  page = await browser.newPage();
}

export const button = (name: string) => page.getByRole('button', { name, exact: true });
export const notification = (text: string) => page.locator('.Twilio-NotificationBar').getByText(text);

/** Opens Ana's desk and chooses a new chat of hers. */
export async function deskWith(kind: Kind = 'conversation', origin = `http://localhost:${PORT}`): Promise<string> {
  const sid = await stack.newTask(kind);
  await open(sid, origin);
  return sid;
}

export async function open(sid: string, origin = `http://localhost:${PORT}`): Promise<void> {
  await page.goto(`${origin}/agent?name=ana`);
  await page.locator(`[data-task="${sid}"] button`).first().click();
  await page.locator(`[data-task="${sid}"] [aria-current="true"]`).waitFor();
}

export async function openTab(name: 'Agents' | 'Queues' | 'Workflows'): Promise<void> {
  await page.getByRole('region', { name: 'Selected chat' }).getByRole('button', { name: 'Transfer' }).click();
  await page.locator('.Twilio-WorkerDirectory').getByRole('button', { name }).first().click();
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
