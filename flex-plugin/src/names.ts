/** The names of transfer targets, of which the API tells the SIDs. */
import type * as Flex from '@twilio/flex-ui';

import type { Targets } from './targets';

interface Worker {
  friendly_name?: string;
  attributes?: { full_name?: string };
}

/** The names of agents as Flex shows them; of those that cannot be found in a few seconds none is there. */
export function agentNames(manager: Flex.Manager): (sids: readonly string[]) => Promise<Map<string, string>> {
  const search = async (sids: readonly string[]) => {
    const query = await manager.insightsClient.instantQuery('tr-worker');
    await query.search(`data.worker_sid IN [${sids.map((sid) => `"${sid}"`).join(', ')}]`);
    const found = Object.entries(query.getItems() as Record<string, Worker>);
    return new Map(
      found.flatMap(([sid, { attributes }]) => (attributes?.full_name ? [[sid, attributes.full_name]] : [])),
    );
  };
  return (sids) => {
    const late = new Promise<Map<string, string>>((resolve) => setTimeout(resolve, 5_000, new Map()));
    return Promise.race([search(sids).catch(() => new Map<string, string>()), late]);
  };
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
