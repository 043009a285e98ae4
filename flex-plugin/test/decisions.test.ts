/** What is decided apart from Flex: where the stack is, the order of queues, when offers are looked at, what follows. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { endedAs } from '../src/asking';
import { customerOf } from '../src/customers';
import { pauseBefore, stepAfter, type Asked, type Look, type Watch } from '../src/following';
import { onEnd } from '../src/guard';
import { problemIn } from '../src/notifications';
import { elapsed } from '../src/OfferBar';
import { canAsk, stackOf } from '../src/stack';
import { fill, languageOf, LANGUAGES, reader } from '../src/strings';
import { ordered } from '../src/targets';
import { TransferError, type Offer } from '../src/transfer';

describe('the stack', () => {
  const endpoint = 'https://a.example';
  it('is the one that Flex’s configuration names, then the one of the build', () => {
    assert.deepEqual(stackOf({ endpoint, handOver: ['accepted', 'now'] }, 'https://b.example'), {
      base: endpoint,
      handOver: ['accepted', 'now'],
    });
    assert.deepEqual(stackOf(undefined, 'https://b.example'), { base: 'https://b.example' });
    for (const wrong of [null, 'https://a.example', {}, { endpoint: 7 }, { endpoint: 'a.example' }]) {
      assert.equal(stackOf(wrong, ''), undefined, JSON.stringify(wrong));
    }
  });

  it('is asked what it can do unless the configuration says it', () => {
    assert.equal(stackOf({ endpoint, handOver: ['later'] }, '')?.handOver, undefined);
    assert.equal(canAsk({ base: '', handOver: undefined }), true);
    assert.equal(canAsk({ base: '', handOver: ['now'] }), false);
    assert.equal(canAsk({ base: '', handOver: ['warm', 'now'] }), true);
  });
});

describe('languages', () => {
  const placeholders = (text: string) =>
    (text.match(/\{\{\w+\}\}/g) ?? []).sort().filter((one, n, all) => all[n - 1] !== one);
  for (const [name, language] of Object.entries(LANGUAGES)) {
    it(`${name} has every text, with the same values in it`, () => {
      for (const [key, text] of Object.entries(languageOf('en'))) {
        const other = (language as Record<string, string>)[key] ?? '';
        assert.ok(other.trim(), key);
        assert.deepEqual(placeholders(other), placeholders(text), key);
      }
      assert.deepEqual(Object.keys(language).sort(), Object.keys(languageOf('en')).sort());
    });
  }

  it('are chosen by Flex’s locale, and English is there for all others', () => {
    assert.equal(languageOf('pt-BR'), LANGUAGES['pt']);
    assert.equal(languageOf('es_MX'), LANGUAGES['es']);
    for (const tag of ['en-GB', 'zh-CN', '', undefined]) assert.equal(languageOf(tag), LANGUAGES['en']);
  });

  it('are read at each use, after what an administrator has replaced', () => {
    const manager = { strings: {} as Record<string, string>, localization: { localeTag: 'en-US' } };
    const read = reader(manager);
    assert.equal(read('ChatTransferTo', { name: 'Ben' }), 'Transfer to Ben');
    manager.localization.localeTag = 'de-DE';
    assert.equal(read('ChatTransferTo', { name: 'Ben' }), 'An Ben übergeben');
    manager.strings['ChatTransferTo'] = 'Zu {{name}}';
    assert.equal(read('ChatTransferTo', { name: '$&' }), 'Zu $&');
  });

  it('leave out nothing that a text asks for', () => assert.equal(fill('{{a}} {{b}}', { a: 0 }), '0 {{b}}'));
});

describe('problems', () => {
  const read = reader({ strings: {} });
  it('have a reference for the administrator where only they can help', () => {
    const refused = new TransferError('twilio_refused', 'No.', {}, 'req-1');
    assert.match(problemIn(refused, read), /Tell your administrator\. Reference: req-1$/);
    assert.doesNotMatch(problemIn(new TransferError('task_ended', 'No.', {}, 'req-1'), read), /Reference/);
    assert.equal(problemIn(new TransferError('later' as 'task_ended', 'Words.', {}, 'r'), read), 'Words. Reference: r');
  });
});

describe('customers', () => {
  const named = (task: object) => customerOf(task as never);
  it('are named as Flex names them, then by the attributes', () => {
    assert.equal(named({ defaultFrom: 'Robin', attributes: { customerName: 'R.' } }), 'Robin');
    assert.equal(named({ attributes: { customerName: ' ', name: 'Robin' } }), 'Robin');
    assert.equal(named({ attributes: { from: '+1500' } }), '+1500');
    assert.equal(named({}), undefined);
  });
});

describe('queues', () => {
  const queue = (friendlyName: string, availableAgents?: number | null, availableWorkers: number | null = null) => ({
    sid: `WQ${friendlyName}`,
    friendlyName,
    availableWorkers,
    availableAgents,
  });
  const names = (targets: { friendlyName: string }[]) => targets.map(({ friendlyName }) => friendlyName);

  it('in which no one is available come last; what is not known is not marked', () => {
    const targets = ordered([queue('A', 0), queue('B', null), queue('C', 2), queue('D', undefined, 0)]);
    assert.deepEqual(names(targets), ['B', 'C', 'A', 'D']);
    assert.deepEqual(
      targets.map(({ available }) => available),
      [undefined, 2, 0, 0],
    );
  });

  it('keep their places once they are shown', () => {
    const before = ordered([queue('A', 1), queue('B', 0), queue('C', 1)]);
    const after = ordered([queue('A', 0), queue('B', 3), queue('C', 1), queue('D', 5)], before);
    assert.deepEqual(names(after), ['A', 'C', 'B', 'D']);
    assert.deepEqual(after.find(({ friendlyName }) => friendlyName === 'B')?.available, 3);
  });
});

describe('an offer', () => {
  const asked = (changes: Partial<Asked> = {}): Asked => ({
    targetSid: 'WK1',
    newTaskSid: 'WT1',
    state: 'offered',
    known: 0,
    missed: 0,
    ...changes,
  });
  const listed = (state: Offer['state'], newTaskSid = 'WT1') => ({
    taskSid: 'WT0',
    newTaskSid,
    targetSid: 'WK1',
    state,
    since: '',
  });
  const look = (changes: Partial<Look> = {}): Look => ({ began: 10, held: true, seen: false, ...changes });

  const cases: [string, Asked | undefined, Offer | undefined, Partial<Look>, string][] = [
    ['found after a reload', undefined, listed('offered'), {}, 'follow'],
    ['of a chat that is gone', undefined, listed('offered'), { held: false }, 'nothing'],
    ['declined during a reload', undefined, listed('declined'), {}, 'show declined'],
    ['declined, and seen', undefined, listed('declined'), { seen: true }, 'nothing'],
    ['over, and listed a moment longer', undefined, listed('offered'), { seen: true }, 'nothing'],
    ['accepted before', undefined, listed('accepted'), {}, 'nothing'],
    ['open', asked(), listed('offered'), {}, 'nothing'],
    ['declined', asked(), listed('declined'), {}, 'end'],
    ['accepted, its chat gone', asked(), listed('accepted'), { held: false }, 'end'],
    ['not listed yet', asked(), undefined, {}, 'missed'],
    ['open, its chat gone', asked(), listed('offered'), { held: false }, 'missed'],
    ['not listed for long', asked({ missed: 2 }), undefined, {}, 'drop'],
    ['known later than the look', asked({ known: 11 }), undefined, {}, 'nothing'],
    ['of an earlier transfer', asked(), listed('cancelled', 'WT9'), {}, 'missed'],
    ['to another target', asked(), listed('offered', 'WT9'), {}, 'follow'],
    ['after one that was declined', asked({ state: 'declined' }), listed('offered', 'WT9'), {}, 'follow'],
    ['that someone has joined', asked(), listed('joined'), {}, 'follow'],
    ['joined, as is known', asked({ state: 'joined' }), listed('joined'), {}, 'nothing'],
    ['joined, found after a reload', undefined, listed('joined'), {}, 'follow'],
    ['joined, then left to who joined', asked({ state: 'joined' }), listed('accepted'), { held: false }, 'end'],
    ['that stays declined', asked({ state: 'declined' }), listed('declined'), {}, 'nothing'],
    ['declined, its chat gone', asked({ state: 'declined' }), undefined, { held: false }, 'drop'],
  ];
  for (const [what, known, offer, changes, step] of cases) {
    it(`${what}: ${step}`, () => assert.equal(stepAfter(known, offer, look(changes)), step));
  }

  it('is told of by what was asked: one agent, or many', () => {
    assert.equal(endedAs('declined', 'WK1'), 'ChatTransferDeclined');
    assert.equal(endedAs('declined', 'WQ1'), 'ChatTransferUnanswered');
    assert.equal(endedAs('accepted', 'WQ1'), 'ChatTransferAccepted');
    assert.equal(endedAs('cancelled', 'WK1', 'joined'), 'ChatTransferParted');
  });

  it('has its age', () => {
    assert.deepEqual([elapsed(-5), elapsed(9_999), elapsed(3_600_000)], ['0:00', '0:09', '60:00']);
  });
});

describe('looks', () => {
  const watch = (changes: Partial<Watch> = {}): Watch => ({
    hidden: false,
    close: true,
    age: 0,
    failures: 0,
    retryAfter: 0,
    ...changes,
  });

  it('are 2 s apart in view, rarer elsewhere, a minute at most on a page that no one sees', () => {
    assert.equal(pauseBefore(watch()), 2_000);
    assert.equal(pauseBefore(watch({ age: 3_600_000 })), 2_000);
    assert.equal(pauseBefore(watch({ close: false })), 5_000);
    assert.equal(pauseBefore(watch({ close: false, age: 3_600_000 })), 15_000);
    assert.equal(pauseBefore(watch({ hidden: true })), 15_000);
    assert.equal(pauseBefore(watch({ hidden: true, age: 3_600_000 })), 60_000);
  });

  it('back off when they fail, and wait as long as they are told', () => {
    assert.deepEqual(
      [1, 2, 3, 9].map((failures) => pauseBefore(watch({ failures }))),
      [2_000, 4_000, 8_000, 60_000],
    );
    assert.equal(pauseBefore(watch({ failures: 1, retryAfter: 30_000 })), 30_000);
  });
});

describe('the end of a chat', () => {
  it('waits for a transfer, and is asked about while someone is asked to take it', () => {
    const end = { transferring: false, asking: false, confirmed: false };
    assert.equal(onEnd(end), 'end');
    assert.equal(onEnd({ ...end, asking: true }), 'ask');
    assert.equal(onEnd({ ...end, asking: true, confirmed: true }), 'end');
    assert.equal(onEnd({ ...end, transferring: true, confirmed: true }), 'hold');
  });
});
