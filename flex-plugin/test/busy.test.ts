/** A busy while, of a minute with `BUSY_SECONDS=60`: two agents with five chats each, a slow Twilio, and pages that are loaded again every few seconds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Page } from 'playwright-core';

import { CUSTOMER, newPage, page, PORT, skip, stack, useDesk, wire } from './desk';

const WHILE = Number(process.env['BUSY_SECONDS'] ?? 20) * 1_000;
/** Seconds of which the requests are counted while nothing happens. */
const QUIET = 6;
const CUSTOMERS = ['Aiko', 'Bruno', 'Chloé', 'Daniel', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas'].map(
  (name) => `${name} ${CUSTOMER}`,
);

useDesk('busy');

/** What the notifications on a page have said, one after the other. */
async function keepMessages(desk: Page, kept: Set<string>): Promise<void> {
  for (const text of await desk.locator('.Twilio-NotificationBar').allInnerTexts()) {
    for (const line of text.split('\n')) if (line.trim()) kept.add(line.trim());
  }
}

describe('a busy while', { skip }, () => {
  it('loses no offer, and each message says whose chat it is about', { timeout: 300_000 }, async () => {
    wire.script = undefined;
    const chats = await Promise.all(
      CUSTOMERS.map(async (customer, n) => ({
        sid: await stack.newTask('conversation', n < 5 ? 'ana' : 'ben', customer),
        agent: n < 5 ? 'ana' : 'ben',
      })),
    );
    // Offers to agents who neither answer nor come, made as the plugin makes them.
    for (const { sid, agent } of chats.filter((_, n) => n % 5 < 2)) {
      const made = await fetch(`${stack.endpoint}/transfer-chat`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await stack.token(agent)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ taskSid: sid, targetSid: stack.seed.queues['Support'], handOver: 'accepted' }),
      });
      assert.equal(made.status, 202, await made.text());
    }
    await stack.break({ kind: 'latency', seconds: 1, path: '/Tokens/validate', times: null });
    const desks = { ana: page, ben: await newPage() };
    const messages = new Set<string>();
    let loads = 0;
    const until = Date.now() + WHILE;
    while (Date.now() < until) {
      for (const [agent, desk] of Object.entries(desks)) {
        loads += 1;
        await desk.goto(`http://localhost:${PORT}/agent?name=${agent}`);
        const own = chats.filter((chat) => chat.agent === agent);
        // What is offered is shown again each time; a transfer of another chat fails meanwhile.
        for (const { sid } of own.slice(0, 2)) {
          await desk.locator(`[data-task="${sid}"] button`).first().click();
          await desk.getByRole('status').getByText('Asking Support').waitFor();
        }
        await desk.evaluate(
          ([taskSid, targetSid]) => {
            const { Flex, manager } = (
              window as never as {
                desk: { manager: import('@twilio/flex-ui').Manager; Flex: typeof import('@twilio/flex-ui') };
              }
            ).desk;
            const task = [...manager.store.getState().flex.worker.tasks.values()].find(
              (one) => one.taskSid === taskSid,
            );
            void Flex.Actions.invokeAction('TransferTask', { task, targetSid }).catch(() => undefined);
          },
          [own[4]?.sid ?? '', stack.seed.queues['Billing'] ?? ''] as const,
        );
        await desk.waitForTimeout(3_500);
        await keepMessages(desk, messages);
      }
    }
    assert.ok(messages.size > 0);
    for (const message of messages)
      assert.ok(
        CUSTOMERS.some((customer) => message.includes(customer)),
        message,
      );

    // Then nothing happens: what is asked is asked at most once a second by each agent.
    await stack.repair();
    wire.calls.length = 0;
    await page.waitForTimeout(QUIET * 1_000);
    const asked = wire.calls.filter(({ method }) => method !== 'OPTIONS').length;
    assert.ok(asked <= 2 * QUIET, `${asked} requests of two agents in ${QUIET} s`);
    console.log(`${loads} page loads, ${asked} requests of two agents in ${QUIET} quiet seconds`);
  });
});
