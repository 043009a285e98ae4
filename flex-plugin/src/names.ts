/** The names of transfer targets, of which the API tells the SIDs. */
import type * as Flex from '@twilio/flex-ui';

import type { Targets } from './targets';

interface Worker {
  friendly_name?: string;
  attributes?: { full_name?: string };
}

/** Looks a target's name up: undefined if that fails or takes more than a few seconds. */
export function namesOf(manager: Flex.Manager, targets: Targets): (targetSid: string) => Promise<string | undefined> {
  async function worker(sid: string): Promise<string | undefined> {
    // https://www.twilio.com/docs/sync/live-query
    const query = await manager.insightsClient.instantQuery('tr-worker');
    await query.search(`data.worker_sid == "${sid}"`);
    const found = (query.getItems() as Record<string, Worker>)[sid];
    return found?.attributes?.full_name ?? found?.friendly_name;
  }

  return (sid) => {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, 5_000, undefined));
    const found = sid.startsWith('WK') ? worker(sid) : targets.nameOf(sid);
    return Promise.race([found.catch(() => undefined), late]);
  };
}
