/** How often an offer is looked at. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { pauseAt } from '../src/offers';

it('an offer is looked at every few seconds at first, then less and less, and never more rarely than once a minute', () => {
  const looksWithin = (milliseconds: number) => {
    let looks = 0;
    for (let age = pauseAt(0); age <= milliseconds; age += pauseAt(age)) looks += 1;
    return looks;
  };
  assert.equal(pauseAt(0), 3_000);
  assert.equal(pauseAt(60_000), 12_000);
  assert.equal(pauseAt(3_600_000), 60_000);
  assert.ok(looksWithin(15_000) >= 5);
  assert.ok(looksWithin(300_000) <= 25, String(looksWithin(300_000)));
});
