/** The client against a deployed local stack: real HTTP, with Twilio's faults switched on. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { createClient, TransferError, type ClientOptions, type Code, type Offer } from '../src/transfer';
import { Offering, problem } from './offering';
import { startStack, until, type Stack } from './stack';
import { Wire } from './wire';

let stack: Stack;
let wire: Wire;
let ana: string;

before(async () => {
  stack = await startStack('unit');
  ana = await stack.token('ana');
});
after(async () => stack?.stop());
beforeEach(async () => {
  wire = await Wire.to(stack.endpoint);
});
afterEach(async () => {
  wire.close();
  await stack.repair();
  await stack.clear();
});

const client = (options: Partial<ClientOptions> = {}) =>
  createClient({ base: wire.base, token: () => ana, pause: 20, ...options });

async function refused(promise: Promise<unknown>): Promise<TransferError> {
  const error = await promise.then(
    (value) => assert.fail(`Resolved to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TransferError, String(error));
  return error;
}

/** The offer of a task, as the list of the caller's own has it. */
async function offerOf(task: string): Promise<Offer> {
  const found = (await client().listOffers()).filter(({ taskSid }) => taskSid === task).pop();
  assert.ok(found, `${task} is not listed`);
  return found;
}

const unknown = (prefix: string) => prefix + '0'.repeat(32);

describe('transfers', () => {
  for (const kind of ['conversation', 'chat'] as const) {
    for (const target of ['worker', 'queue', 'workflow'] as const) {
      it(`a ${kind} to a ${target}`, async () => {
        const { workers, queues, workflows } = stack.seed;
        const sid =
          { worker: workers['ben'], queue: queues['Sales'], workflow: workflows['Escalations'] }[target] ?? '';
        const old = await stack.newTask(kind);
        const task = await stack.task((await client().transfer(old, sid)).taskSid);
        assert.equal(task.attributes['targetSid'], sid);
        assert.equal(task.attributes['transferTargetType'], target);
        assert.equal((await stack.task(old)).assignment_status, 'completed');
        assert.equal(wire.calls.length, 1);
      });
    }
  }

  it('tells what the task says of its interaction', async () => {
    const task = await stack.newTask();
    const { attributes } = await stack.task(task);
    const interaction = {
      flexInteractionSid: String(attributes['flexInteractionSid']),
      flexInteractionChannelSid: String(attributes['flexInteractionChannelSid']),
    };
    const { taskSid } = await client().transfer(task, stack.seed.workers['ben'] ?? '', { interaction });
    assert.equal((await stack.task(taskSid)).attributes['transferredFrom'], task);
    const { handOver, ...sent } = JSON.parse(wire.calls[0]?.body ?? '');
    assert.equal(handOver, undefined);
    assert.deepEqual(sent, { taskSid: task, targetSid: stack.seed.workers['ben'], ...interaction });
  });

  it('reads the token at each call', async () => {
    const tokens = ['out of date', ana];
    const changing = client({ token: () => tokens.shift() ?? '' });
    assert.equal((await refused(changing.listTargets())).code, 'token_invalid');
    assert.ok(await changing.listTargets());
    assert.deepEqual(
      wire.calls.map((call) => call.authorization),
      ['Bearer out of date', `Bearer ${ana}`],
    );
  });

  it('takes a base that ends in a slash', async () => {
    assert.ok(await client({ base: `${wire.base}/` }).listTargets());
  });
});

describe('refusals, of which none is sent again', () => {
  type Case = [status: number, code: Code, given: () => Promise<{ task: string; target: string; as?: string }>];
  const ben = () => stack.seed.workers['ben'] ?? '';
  const seeded = (name: string) => stack.seed.tasks[name] ?? '';
  const cases: Case[] = [
    [400, 'invalid_request', async () => ({ task: 'nonsense', target: ben() })],
    [401, 'token_missing', async () => ({ task: seeded('chat'), target: ben(), as: '' })],
    [403, 'token_invalid', async () => ({ task: seeded('chat'), target: ben(), as: 'invalid' })],
    [403, 'not_your_task', async () => ({ task: seeded('chat'), target: ben(), as: await stack.token('carla') })],
    [404, 'task_unknown', async () => ({ task: unknown('WT'), target: ben() })],
    [404, 'target_unknown', async () => ({ task: seeded('chat'), target: unknown('WK') })],
    [409, 'task_kind_unsupported', async () => ({ task: seeded('voice'), target: ben() })],
    [409, 'target_holds_task', async () => ({ task: seeded('chat'), target: stack.seed.workers['ana'] ?? '' })],
    [409, 'target_in_conversation', async () => ({ task: seeded('two_agents'), target: ben() })],
    [422, 'target_not_routed', async () => ({ task: seeded('chat'), target: stack.seed.queues['Billing'] ?? '' })],
    [
      409,
      'task_not_transferable',
      async () => ({ task: seeded('pending'), target: ben(), as: await stack.token('sam') }),
    ],
    [
      409,
      'transferred_elsewhere',
      async () => {
        const task = await stack.newTask();
        await client().transfer(task, ben());
        wire.calls.length = 0;
        return { task, target: stack.seed.workers['carla'] ?? '' };
      },
    ],
  ];
  for (const [status, code, given] of cases) {
    it(`${status} ${code}`, async () => {
      const { task, target, as = ana } = await given();
      const error = await refused(client({ token: () => as }).transfer(task, target));
      assert.equal(error.code, code);
      assert.equal(error.problem.status, status);
      assert.ok(error.message.length > 10);
      assert.match(error.requestId ?? '', /^\S{8,}$/);
      assert.equal(wire.calls.length, 1);
    });
  }

  it('502 twilio_failed, when all was undone', async () => {
    const task = await stack.newTask();
    await stack.break({ kind: 'status', status: 500, path: `/Tasks/${task}$`, times: null });
    const error = await refused(client().transfer(task, ben()));
    assert.equal(error.code, 'twilio_failed');
    assert.equal(error.problem.rolledBack, true);
    assert.equal(wire.calls.length, 1);
  });

  it('502 twilio_credentials, which has the agent rejoin nothing', async () => {
    const task = await stack.newTask();
    await stack.break({ kind: 'status', status: 401, code: 20003, path: `/Tasks/${task}$`, times: null });
    assert.equal((await refused(client().transfer(task, ben()))).code, 'twilio_credentials');
  });

  it('tells whether the agent is in the chat again', async () => {
    const task = await stack.newTask('chat');
    await stack.break({ kind: 'status', status: 400, code: 20001, method: 'POST', path: '/Tasks$', times: null });
    const error = await refused(client().transfer(task, ben()));
    assert.equal(error.code, 'twilio_refused');
    assert.equal(error.problem.agentRejoined, true);
  });
});

describe('what is sent again', () => {
  const ben = () => stack.seed.workers['ben'] ?? '';

  it('503, after Retry-After', async () => {
    const task = await stack.newTask();
    await stack.break({ kind: 'status', status: 429, retry_after: 60, path: '/Tokens/validate', times: 1 });
    const limited = await refused(client().transfer(task, ben()));
    assert.equal(limited.code, 'twilio_rate_limited', 'a wait beyond patience is not begun');
    assert.equal(wire.calls.length, 1);

    wire.next.push({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
      body: JSON.stringify({ ...limited.problem }),
    });
    const began = Date.now();
    assert.match((await client().transfer(task, ben())).taskSid, /^WT/);
    assert.ok(Date.now() - began >= 1_000);
    assert.equal(wire.calls.length, 3);
  });

  it('504', async () => {
    const task = await stack.newTask();
    wire.next.push(problem('out_of_time', 504, { rolledBack: true }));
    const { taskSid: sid } = await client().transfer(task, ben());
    assert.deepEqual(await stack.successors(task), [sid]);
    assert.equal(wire.calls.length, 2);
  });

  it('a lost answer: the same new task', async () => {
    const task = await stack.newTask();
    wire.next.push('lost', 'lost');
    const { taskSid: sid } = await client().transfer(task, ben());
    assert.deepEqual(await stack.successors(task), [sid]);
    assert.equal(wire.calls.length, 3);
  });

  it('an answer that does not come in time: the same new task', async () => {
    const task = await stack.newTask();
    wire.next.push('silent');
    const { taskSid: sid } = await client({ answerWithin: 3_000 }).transfer(task, ben());
    assert.deepEqual(await stack.successors(task), [sid]);
  });

  it('bodies that are no JSON, or not what the API promises', async () => {
    const task = await stack.newTask();
    wire.next.push({ status: 200, body: '<html>' }, { status: 502, body: 'Bad gateway' }, { status: 200, body: '[]' });
    assert.match((await client().transfer(task, ben())).taskSid, /^WT/);
    assert.equal(wire.calls.length, 4);
  });

  it("API Gateway's 429", async () => {
    wire.next.push({ status: 429, body: '{"message":"Too Many Requests"}' });
    assert.ok((await client().listTargets()).workflows.length > 0);
    assert.equal(wire.calls.length, 2);
  });

  it('but no more than four times', async () => {
    for (let n = 0; n < 9; n += 1) wire.next.push({ status: 503, body: '{"message":"Service Unavailable"}' });
    const error = await refused(client().listTargets());
    assert.equal(error.code, 'not_understood');
    assert.equal(error.message, 'Service Unavailable');
    assert.equal(wire.calls.length, 4);
  });

  it('and not when patience is at its end', async () => {
    wire.next.push('silent', 'silent', 'silent');
    const error = await refused(client({ patience: 1_500, answerWithin: 1_000 }).listTargets());
    assert.equal(error.code, 'no_answer');
    assert.ok(wire.calls.length <= 2);
  });

  it('a refusal by the gateway is final', async () => {
    const error = await refused(createClient({ base: `${stack.endpoint}/no-such`, token: () => ana }).listTargets());
    assert.equal(error.code, 'not_understood');
    assert.equal(error.problem.status, 404);
  });

  it('an unfinished transfer is finished', async () => {
    const task = await stack.newTask('conversation');
    // The original's agent cannot be closed at first.
    await stack.break({ kind: 'status', status: 500, method: 'POST', path: '/Participants/', times: 4 });
    const { taskSid: outcome } = await client({ patience: 60_000 }).transfer(task, ben());
    assert.equal((await stack.task(task)).assignment_status, 'completed');
    assert.equal((await stack.task(outcome)).attributes['transferredFrom'], task);
    assert.ok(wire.calls.length >= 2);
  });
});

describe('one transfer at a time', () => {
  it('five clicks make one task', async () => {
    const task = await stack.newTask();
    await stack.break({ kind: 'latency', seconds: 1, path: '/Invites$', times: null });
    const target = stack.seed.workers['ben'] ?? '';
    // A busy machine starts five functions slowly.
    const made = await Promise.all(
      Array.from({ length: 5 }, () => client({ pause: 500, patience: 180_000 }).transfer(task, target)),
    );
    assert.equal(new Set(made.map(({ taskSid }) => taskSid)).size, 1);
    assert.equal((await stack.successors(task)).length, 1);
  });

  it('waits for a transfer that is under way', async () => {
    const inProgress = {
      status: 409,
      body: JSON.stringify({ code: 'transfer_in_progress', detail: 'Under way.', status: 409 }),
    };
    for (let n = 0; n < 6; n += 1) wire.next.push(inProgress);
    const task = await stack.newTask();
    assert.match((await client().transfer(task, stack.seed.workers['ben'] ?? '')).taskSid, /^WT/);
    assert.equal(wire.calls.length, 7);
  });

  it('until patience ends', async () => {
    const body = JSON.stringify({ code: 'transfer_in_progress', detail: 'Under way.', status: 409 });
    for (let n = 0; n < 99; n += 1) wire.next.push({ status: 409, body });
    const error = await refused(client({ patience: 500 }).transfer(unknown('WT'), unknown('WK')));
    assert.equal(error.code, 'transfer_in_progress');
  });
});

describe('offers', () => {
  const target = () => stack.seed.workers['ben'] ?? '';
  const newOffer = async () => {
    const task = await stack.newTask();
    const made = await client().transfer(task, target(), { handOver: 'accepted' });
    assert.equal(made.state, 'offered');
    return { task, made };
  };

  it('are made, read and taken back', async () => {
    const { task, made } = await newOffer();
    const offer = await offerOf(task);
    assert.deepEqual([offer.newTaskSid, offer.targetSid, offer.state], [made.taskSid, target(), 'offered']);
    assert.equal((await client().takeBack(task)).state, 'cancelled');
    assert.equal((await client().takeBack(task)).state, 'cancelled', 'the same again');
    assert.deepEqual(
      wire.calls.map(({ method, path }) => `${method} ${path}`),
      ['POST /transfer-chat', 'GET /transfers', `DELETE /transfers/${task}`, `DELETE /transfers/${task}`],
    );
    assert.ok(wire.calls.every(({ authorization }) => authorization === `Bearer ${ana}`));
    assert.equal((await stack.task(task)).assignment_status, 'assigned');
    assert.equal((await stack.task(made.taskSid)).assignment_status, 'canceled');
  });

  it('end with the acceptance', async () => {
    const { task, made } = await newOffer();
    await stack.accept(made.taskSid, 'ben');
    await until('its end', async () => (await offerOf(task)).state !== 'offered');
    assert.equal((await offerOf(task)).state, 'accepted');
    assert.equal((await refused(client().takeBack(task))).code, 'already_accepted');
  });

  it('end when no agent takes them', async () => {
    const { task, made } = await newOffer();
    await stack.end(made.taskSid, 'canceled');
    await until('its end', async () => (await offerOf(task)).state !== 'offered');
    assert.equal((await offerOf(task)).state, 'declined');
    assert.equal((await stack.task(task)).assignment_status, 'assigned');
  });

  it('of a chat that is no conversation are refused', async () => {
    const task = await stack.newTask('chat');
    const error = await refused(client().transfer(task, target(), { handOver: 'accepted' }));
    assert.equal(error.code, 'task_kind_unsupported');
  });
});

describe('offers, by a scripted stack', () => {
  const task = unknown('WT');
  let offering: Offering;
  beforeEach(() => {
    offering = new Offering();
    wire.script = offering.answer;
  });

  it('that are not there, or were accepted, are refused at once', async () => {
    assert.deepEqual(await client().listOffers(), []);
    assert.equal((await refused(client().takeBack(task))).code, 'offer_unknown');
    offering.offer(task, unknown('WK'));
    offering.become(task, 'accepted');
    assert.equal((await refused(client().takeBack(task))).code, 'already_accepted');
    assert.equal(wire.calls.length, 3);
  });

  it('are taken back once Twilio answers again', async () => {
    offering.offer(task, unknown('WK'));
    const answers = [problem('twilio_rate_limited', 503)];
    wire.script = (...call) => answers.shift() ?? offering.answer(...call);
    assert.equal((await client().takeBack(task)).state, 'cancelled');
    assert.equal(wire.calls.length, 2);
  });

  it('are not read from what is none', async () => {
    offering.silence = { status: 200, body: '{"transfers": [{"state": "offered"}]}' };
    assert.equal((await refused(client().listOffers())).code, 'not_understood');
    assert.equal(wire.calls.length, 1, 'who asks again decides when');
  });
});

describe('cancellation', () => {
  it('of a call', async () => {
    const cancel = new AbortController();
    wire.next.push('silent');
    setTimeout(() => cancel.abort(), 200);
    assert.equal((await refused(client().listTargets(undefined, cancel.signal))).code, 'cancelled');
    assert.equal(wire.calls.length, 1);
  });

  it('of a pause', async () => {
    const cancel = new AbortController();
    wire.next.push({ status: 503, headers: { 'retry-after': '20' }, body: '' });
    const began = Date.now();
    setTimeout(() => cancel.abort(), 300);
    assert.equal((await refused(client().listTargets(undefined, cancel.signal))).code, 'cancelled');
    assert.ok(Date.now() - began < 15_000);
  });

  it('before the call', async () => {
    assert.equal((await refused(client().listTargets(undefined, AbortSignal.abort()))).code, 'cancelled');
    assert.equal(wire.calls.length, 0);
  });
});

describe('lists', () => {
  it('routed queues, with the number of available agents', async () => {
    const { workflows, queues, handOver } = await client().listTargets();
    assert.deepEqual(handOver, ['now', 'accepted', 'warm']);
    assert.deepEqual(
      workflows.map(({ friendlyName }) => friendlyName),
      ['Assign to Anyone', 'Escalations'],
    );
    assert.deepEqual(
      queues.filter(({ friendlyName }) => friendlyName !== 'Everyone').map(({ friendlyName }) => friendlyName),
      ['Sales', 'Support'],
    );
    for (const { availableWorkers } of queues) assert.ok(availableWorkers !== null && availableWorkers > 0);
  });

  it('of a stack that is older and does not say when it hands over: at once', async () => {
    wire.fakes.set('/transfer-targets', { workflows: [], queues: [] });
    assert.deepEqual((await client().listTargets()).handOver, ['now']);
  });

  it('workflows by name', async () => {
    assert.deepEqual((await client().listTargets()).workflows, [
      { sid: stack.seed.workflows['Assign to Anyone'], friendlyName: 'Assign to Anyone' },
      { sid: stack.seed.workflows['Escalations'], friendlyName: 'Escalations' },
    ]);
  });
});
