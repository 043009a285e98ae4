/**
 * All that agents read, in the language of Flex. An administrator overrides a text by its key, as any of Flex's own:
 * `manager.strings.ChatTransferDone = …`, before or after this plugin is loaded.
 * https://www.twilio.com/docs/flex/developer/ui/localization-and-templating
 */
import { de } from './languages/de';
import { en } from './languages/en';
import { es } from './languages/es';
import { fr } from './languages/fr';
import { ja } from './languages/ja';
import { pt } from './languages/pt';
import type { Code } from './transfer';

type Kind = 'Workflows' | 'Queues' | 'Agents';

export type StringKey =
  | `ChatTransfer${
      | 'Button'
      | 'To'
      | 'Of'
      | 'AgentAvailable'
      | 'AgentUnavailable'
      | 'TheCustomer'
      | 'AnotherAgent'
      | 'Done'
      | 'Slow'
      | 'Failed'
      | 'Rejoin'
      | 'SameAgain'
      | 'Reference'
      | 'Held'
      | 'Off'
      | 'HandOver'
      | 'HandOver_now'
      | 'HandOver_now_help'
      | 'HandOver_accepted'
      | 'HandOver_accepted_help'
      | 'HandOver_warm'
      | 'HandOver_warm_help'
      | 'HandOver_only'
      | 'Note'
      | 'NoteHere'
      | 'Asking'
      | 'Asked'
      | 'TakeBack'
      | 'Accepted'
      | 'Declined'
      | 'Unanswered'
      | 'Cancelled'
      | 'DeclinedHere'
      | 'UnansweredHere'
      | 'Joined'
      | 'JoinedHere'
      | 'Leave'
      | 'SendAway'
      | 'Parted'
      | 'Dismiss'
      | 'End'
      | 'EndText'
      | 'EndTogether'
      | 'EndConfirm'
      | 'EndCancel'
      | 'Available'
      | 'NoOne'
      | 'NothingFound'
      | 'TryAgain'}`
  | `ChatTransfer${Kind}${'' | 'Search' | 'Loading' | 'Empty' | 'Failed'}`
  | `ChatTransferProblem_${Code}`;

export type Language = Readonly<Record<StringKey, string>>;

export const LANGUAGES: Readonly<Record<string, Language>> = { de, en, es, fr, ja, pt };

/** The texts of a locale such as `pt-BR`; English where its language is not one of ours. */
export function languageOf(localeTag: string | undefined): Language {
  return LANGUAGES[localeTag?.split(/[-_]/)[0]?.toLowerCase() ?? ''] ?? en;
}

/** What stands between double braces: the customer, the target, a number. */
export type Values = Record<string, string | number | undefined>;

export function fill(text: string, values: Values): string {
  return text.replace(/\{\{(\w+)\}\}/g, (all, name: string) => String(values[name] ?? all));
}

/** Reads a text when it is shown, so that a change of Flex's language or strings works at any time. */
export type Read = (key: StringKey, values?: Values) => string;

/** What of Flex's manager tells the language: https://www.twilio.com/docs/flex/developer/plugins/localize-a-plugin */
interface Localized {
  strings: object;
  localization?: { localeTag?: string } | undefined;
}

export function reader(manager: Localized): Read {
  return (key, values = {}) => {
    const replaced = (manager.strings as Record<string, unknown>)[key];
    const text = typeof replaced === 'string' ? replaced : languageOf(manager.localization?.localeTag)[key];
    // A code of a stack that is newer than the plugin has no text.
    return fill(text ?? '', values);
  };
}
