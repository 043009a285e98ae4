import type { Language } from '../strings';

const REFUSED = 'Die Übergabe wurde abgelehnt. Wenden Sie sich an Ihre Administration.';
const EXPIRED = 'Ihre Sitzung ist abgelaufen. Melden Sie sich erneut an.';
const DOWN = 'Der Übergabedienst ist gerade gestört. Versuchen Sie es in einer Minute erneut.';

export const de: Language = {
  ChatTransferButton: 'Übergeben',
  ChatTransferTo: 'An {{name}} übergeben',
  ChatTransferTheCustomer: 'der Kundschaft',
  ChatTransferAnotherAgent: 'eine andere Person',

  ChatTransferDone: 'Der Chat mit {{customer}} wurde übergeben.',
  ChatTransferSlow: 'Die Übergabe des Chats mit {{customer}} dauert länger als üblich. Bitte warten.',
  ChatTransferFailed: '{{customer}}: {{problem}}',
  ChatTransferRejoin: 'Sie sind nicht mehr im Chat: Treten Sie wieder bei, bevor Sie schreiben.',
  ChatTransferSameAgain: 'Ein Teil der Übergabe besteht noch: Übergeben Sie erneut an dasselbe Ziel.',
  ChatTransferReference: 'Referenz: {{reference}}',
  ChatTransferHeld: 'Der Chat mit {{customer}} wird gerade übergeben. Danach können Sie ihn beenden.',
  ChatTransferOff:
    'Chat-Übergaben sind aus: Es ist kein Stack genannt. Setzen Sie ui_attributes.flexChatTransfer.endpoint in der Flex-Konfiguration, oder bauen Sie das Plugin mit FLEX_APP_FUNCTIONS_BASE.',

  ChatTransferHandOver: 'Art der Übergabe',
  ChatTransferHandOver_now: 'Sofort übergeben',
  ChatTransferHandOver_now_help: 'Sie verlassen den Chat sofort.',
  ChatTransferHandOver_accepted: 'Erst fragen',
  ChatTransferHandOver_accepted_help: 'Sie behalten den Chat, bis ihn jemand übernimmt.',
  ChatTransferHandOver_warm: 'Gemeinsam',
  ChatTransferHandOver_warm_help: 'Sie haben den Chat beide, bis jemand geht.',
  ChatTransferHandOver_only: 'Chats werden sofort übergeben.',

  ChatTransferNote: 'Notiz für die nächste Person',
  ChatTransferNoteHere: 'Notiz zur Übergabe: {{note}}',

  ChatTransferAsking: 'Anfrage an {{name}} läuft',
  ChatTransferAsked: '{{name}} wurde gefragt, ob der Chat mit {{customer}} übernommen wird.',
  ChatTransferTakeBack: 'Zurückziehen',
  ChatTransferAccepted: '{{name}} hat den Chat mit {{customer}} übernommen.',
  ChatTransferDeclined: '{{name}} hat den Chat mit {{customer}} abgelehnt. Sie haben ihn weiterhin.',
  ChatTransferUnanswered: 'Bei {{name}} hat niemand den Chat mit {{customer}} übernommen. Sie haben ihn weiterhin.',
  ChatTransferCancelled: '{{name}} wird nicht mehr nach dem Chat mit {{customer}} gefragt.',
  ChatTransferDeclinedHere: '{{name}} hat abgelehnt. Sie haben diesen Chat weiterhin.',
  ChatTransferUnansweredHere: 'Bei {{name}} hat niemand diesen Chat übernommen. Sie haben ihn weiterhin.',
  ChatTransferJoined: '{{name}} ist dem Chat mit {{customer}} beigetreten.',
  ChatTransferJoinedHere: '{{name}} ist mit Ihnen in diesem Chat',
  ChatTransferLeave: '{{name}} überlassen',
  ChatTransferSendAway: '{{name}} wegschicken',
  ChatTransferParted: '{{name}} hat den Chat mit {{customer}} verlassen. Sie haben ihn weiterhin.',
  ChatTransferDismiss: 'Schließen',

  ChatTransferEnd: 'Den Chat mit {{customer}} beenden?',
  ChatTransferEndText:
    '{{name}} wird gerade nach diesem Chat gefragt. Beenden Sie ihn, ist er auch für {{name}} vorbei.',
  ChatTransferEndTogether: '{{name}} ist auch in diesem Chat. Wenn Sie ihn beenden, ist er auch für {{name}} vorbei.',
  ChatTransferEndConfirm: 'Chat beenden',
  ChatTransferEndCancel: 'Chat behalten',

  ChatTransferWorkflows: 'Workflows',
  ChatTransferWorkflowsSearch: 'Workflows durchsuchen',
  ChatTransferWorkflowsLoading: 'Workflows werden geladen',
  ChatTransferWorkflowsEmpty: 'Es gibt keine Workflows, an die übergeben werden kann.',
  ChatTransferWorkflowsFailed: 'Die Workflows konnten nicht geladen werden.',
  ChatTransferQueues: 'Warteschlangen',
  ChatTransferQueuesSearch: 'Warteschlangen durchsuchen',
  ChatTransferQueuesLoading: 'Warteschlangen werden geladen',
  ChatTransferQueuesEmpty: 'Es gibt keine Warteschlangen, an die übergeben werden kann.',
  ChatTransferQueuesFailed: 'Die Warteschlangen konnten nicht geladen werden.',
  ChatTransferAvailable: 'Verfügbar: {{count}}',
  ChatTransferNoOne: 'Niemand verfügbar',
  ChatTransferNothingFound: 'Kein Name enthält diesen Text.',
  ChatTransferTryAgain: 'Erneut versuchen',

  ChatTransferProblem_agent_joined:
    'Es ist schon jemand in diesem Chat. Überlassen Sie ihn, oder schicken Sie zuerst weg.',
  ChatTransferProblem_agent_not_in_conversation:
    'Sie sind nicht mehr in dieser Konversation; sie kann nicht übergeben werden.',
  ChatTransferProblem_already_accepted: 'Der Chat wurde bereits übernommen.',
  ChatTransferProblem_attributes_too_large:
    'Dieser Chat enthält zu viele Daten für eine Übergabe. Wenden Sie sich an Ihre Administration.',
  ChatTransferProblem_body_too_large: REFUSED,
  ChatTransferProblem_cannot_take_back:
    'Die Anfrage kann gerade nicht zurückgezogen werden. Versuchen Sie es in einer Minute erneut.',
  ChatTransferProblem_cancelled:
    'Die Übergabe wurde unterbrochen. Prüfen Sie vor einem neuen Versuch, ob Sie den Chat noch haben.',
  ChatTransferProblem_events_not_queued: DOWN,
  ChatTransferProblem_events_unauthorized: REFUSED,
  ChatTransferProblem_hand_over_off: 'Hier kann nicht erst gefragt werden. Wählen Sie „Sofort übergeben“.',
  ChatTransferProblem_interaction_gone: 'Diese Konversation gibt es nicht mehr.',
  ChatTransferProblem_internal_error:
    'Im Übergabedienst ist ein Fehler aufgetreten. Wenden Sie sich an Ihre Administration.',
  ChatTransferProblem_invalid_request: REFUSED,
  ChatTransferProblem_invite_open: 'Diese Konversation wartet bereits auf eine andere Person.',
  ChatTransferProblem_ledger_unavailable: DOWN,
  ChatTransferProblem_malformed_body: REFUSED,
  ChatTransferProblem_no_answer: 'Der Übergabedienst hat nicht geantwortet. Versuchen Sie dasselbe erneut.',
  ChatTransferProblem_not_http: REFUSED,
  ChatTransferProblem_not_joined: 'Diesem Chat ist noch niemand beigetreten.',
  ChatTransferProblem_not_understood: 'Der Übergabedienst gab keine brauchbare Antwort. Versuchen Sie dasselbe erneut.',
  ChatTransferProblem_not_your_task: 'Sie können nur Ihre eigenen Chats übergeben.',
  ChatTransferProblem_offer_unknown: 'Zu diesem Chat läuft keine Anfrage.',
  ChatTransferProblem_out_of_time: 'Twilio ist gerade langsam. Versuchen Sie dasselbe erneut.',
  ChatTransferProblem_route_unknown: REFUSED,
  ChatTransferProblem_supervisors_only: 'Das können nur Supervisoren sehen.',
  ChatTransferProblem_target_declined: 'Das Ziel hat den Chat nicht übernommen. Wählen Sie ein anderes.',
  ChatTransferProblem_target_holds_task: 'Diese Person hat den Chat bereits.',
  ChatTransferProblem_target_in_conversation: 'Diese Person ist bereits in der Konversation.',
  ChatTransferProblem_target_not_allowed: 'An dieses Ziel dürfen Sie keine Chats übergeben. Wählen Sie ein anderes.',
  ChatTransferProblem_target_not_routed: 'An dieses Ziel können Chats nicht übergeben werden. Wählen Sie ein anderes.',
  ChatTransferProblem_target_unavailable: 'Diese Person kann gerade keinen Chat übernehmen. Wählen Sie eine andere.',
  ChatTransferProblem_target_unknown: 'Dieses Ziel gibt es nicht mehr. Wählen Sie ein anderes.',
  ChatTransferProblem_task_ended: 'Dieser Chat ist beendet.',
  ChatTransferProblem_task_kind_unsupported: 'Aufgaben dieser Art können nicht übergeben werden.',
  ChatTransferProblem_task_not_transferable: 'Dieser Chat kann in seinem jetzigen Zustand nicht übergeben werden.',
  ChatTransferProblem_task_unknown: 'Diesen Chat gibt es nicht mehr.',
  ChatTransferProblem_token_invalid: EXPIRED,
  ChatTransferProblem_token_missing: EXPIRED,
  ChatTransferProblem_transfer_in_progress: 'Dieser Chat wird bereits übergeben.',
  ChatTransferProblem_transfer_not_finished:
    'Die Übergabe hat begonnen, ist aber nicht abgeschlossen. Übergeben Sie erneut an dasselbe Ziel.',
  ChatTransferProblem_transferred_elsewhere: 'Dieser Chat wurde bereits an ein anderes Ziel übergeben.',
  ChatTransferProblem_turned_away: 'Gerade gibt es zu viele Anfragen. Versuchen Sie es in einer Minute erneut.',
  ChatTransferProblem_twilio_credentials:
    'Der Übergabedienst darf Twilio nicht verwenden. Wenden Sie sich an Ihre Administration.',
  ChatTransferProblem_twilio_failed: 'Twilio ist gerade gestört. Versuchen Sie es in einer Minute erneut.',
  ChatTransferProblem_twilio_rate_limited: 'Twilio ist gerade ausgelastet. Versuchen Sie es in einer Minute erneut.',
  ChatTransferProblem_twilio_refused: 'Twilio hat die Übergabe abgelehnt. Wenden Sie sich an Ihre Administration.',
  ChatTransferProblem_unsupported_media_type: REFUSED,
};
