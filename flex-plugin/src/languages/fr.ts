import type { Language } from '../strings';

const REFUSED = 'Le transfert a été refusé. Prévenez votre administrateur.';
const EXPIRED = 'Votre session a expiré. Reconnectez-vous.';
const DOWN = 'Le service de transfert ne fonctionne pas pour le moment. Réessayez dans une minute.';

export const fr: Language = {
  ChatTransferButton: 'Transférer',
  ChatTransferOf: 'Transférer le chat avec {{customer}}',
  ChatTransferTo: 'Transférer à {{name}}',
  ChatTransferTheCustomer: 'le client',
  ChatTransferAnotherAgent: 'un autre agent',

  ChatTransferDone: 'Le chat avec {{customer}} a été transféré.',
  ChatTransferSlow: 'Le transfert du chat avec {{customer}} prend plus de temps que d’habitude. Veuillez patienter.',
  ChatTransferFailed: '{{customer}} : {{problem}}',
  ChatTransferRejoin: 'Vous n’êtes plus dans le chat : rejoignez-le avant d’écrire.',
  ChatTransferSameAgain: 'Il reste une partie du transfert : transférez à nouveau vers la même cible.',
  ChatTransferReference: 'Référence : {{reference}}',
  ChatTransferHeld: 'Le chat avec {{customer}} est en cours de transfert. Vous pourrez le terminer ensuite.',
  ChatTransferOff:
    'Les transferts de chats sont désactivés : aucun stack n’est indiqué. Définissez ui_attributes.flexChatTransfer.endpoint dans la configuration de Flex, ou construisez le plugin avec FLEX_APP_FUNCTIONS_BASE.',

  ChatTransferHandOver: 'Comment transférer',
  ChatTransferHandOver_now: 'Transférer maintenant',
  ChatTransferHandOver_now_help: 'Vous quittez le chat tout de suite.',
  ChatTransferHandOver_accepted: 'Demander d’abord',
  ChatTransferHandOver_accepted_help: 'Vous gardez le chat jusqu’à ce qu’il soit pris.',
  ChatTransferHandOver_warm: 'Ensemble',
  ChatTransferHandOver_warm_help: 'Vous avez le chat tous les deux jusqu’à ce que l’un parte.',
  ChatTransferHandOver_only: 'Les chats sont transférés tout de suite.',

  ChatTransferNote: 'Note pour le prochain agent',
  ChatTransferNoteHere: 'Note de l’agent précédent : {{note}}',

  ChatTransferAsking: 'Demande à {{name}} de prendre ce chat',
  ChatTransferAsked: 'Il a été demandé à {{name}} de prendre le chat avec {{customer}}.',
  ChatTransferTakeBack: 'Annuler la demande',
  ChatTransferAccepted: '{{name}} a pris le chat avec {{customer}}.',
  ChatTransferDeclined: '{{name}} a refusé le chat avec {{customer}}. Vous l’avez toujours.',
  ChatTransferUnanswered: 'Personne de {{name}} n’a pris le chat avec {{customer}}. Vous l’avez toujours.',
  ChatTransferCancelled: 'Il n’est plus demandé à {{name}} de prendre le chat avec {{customer}}.',
  ChatTransferDeclinedHere: '{{name}} a refusé. Vous avez toujours ce chat.',
  ChatTransferUnansweredHere: 'Personne de {{name}} n’a pris ce chat. Vous l’avez toujours.',
  ChatTransferJoined: '{{name}} a rejoint le chat avec {{customer}}.',
  ChatTransferJoinedHere: '{{name}} est dans ce chat avec vous',
  ChatTransferLeave: 'Le laisser à {{name}}',
  ChatTransferSendAway: 'Retirer {{name}}',
  ChatTransferParted: '{{name}} a quitté le chat avec {{customer}}. Vous l’avez toujours.',
  ChatTransferDismiss: 'Fermer',

  ChatTransferEnd: 'Terminer le chat avec {{customer}} ?',
  ChatTransferEndText:
    'Il est demandé à {{name}} de prendre ce chat. Si vous le terminez, il est aussi fini pour {{name}}.',
  ChatTransferEndTogether: '{{name}} est aussi dans ce chat. Si vous y mettez fin, il est terminé pour {{name}} aussi.',
  ChatTransferEndConfirm: 'Terminer le chat',
  ChatTransferEndCancel: 'Garder le chat',

  ChatTransferAgents: 'Agents',
  ChatTransferAgentsSearch: 'Rechercher des agents',
  ChatTransferAgentsLoading: 'Chargement des agents',
  ChatTransferAgentsEmpty: 'Il n’y a pas d’agents vers qui transférer.',
  ChatTransferAgentsFailed: 'Les agents n’ont pas pu être chargés.',
  ChatTransferAgentAvailable: 'Disponible',
  ChatTransferAgentUnavailable: 'Indisponible',
  ChatTransferWorkflows: 'Workflows',
  ChatTransferWorkflowsSearch: 'Rechercher des workflows',
  ChatTransferWorkflowsLoading: 'Chargement des workflows',
  ChatTransferWorkflowsEmpty: 'Il n’y a aucun workflow vers lequel transférer.',
  ChatTransferWorkflowsFailed: 'Les workflows n’ont pas pu être chargés.',
  ChatTransferQueues: 'Files d’attente',
  ChatTransferQueuesSearch: 'Rechercher des files d’attente',
  ChatTransferQueuesLoading: 'Chargement des files d’attente',
  ChatTransferQueuesEmpty: 'Il n’y a aucune file d’attente vers laquelle transférer.',
  ChatTransferQueuesFailed: 'Les files d’attente n’ont pas pu être chargées.',
  ChatTransferAvailable: 'Agents disponibles : {{count}}',
  ChatTransferNoOne: 'Personne de disponible',
  ChatTransferNothingFound: 'Aucun nom ne contient ce texte.',
  ChatTransferTryAgain: 'Réessayer',

  ChatTransferProblem_agent_joined: 'Un autre agent est déjà dans ce chat. Laissez-le-lui, ou retirez-le d’abord.',
  ChatTransferProblem_agent_not_in_conversation:
    'Vous n’êtes plus dans cette conversation ; elle ne peut pas être transférée.',
  ChatTransferProblem_already_accepted: 'Un autre agent a déjà pris le chat.',
  ChatTransferProblem_attributes_too_large:
    'Ce chat contient trop de données pour être transféré. Prévenez votre administrateur.',
  ChatTransferProblem_body_too_large: REFUSED,
  ChatTransferProblem_cannot_take_back:
    'La demande ne peut pas être annulée pour le moment. Réessayez dans une minute.',
  ChatTransferProblem_cancelled:
    'Le transfert a été interrompu. Vérifiez si vous avez encore le chat avant de réessayer.',
  ChatTransferProblem_events_not_queued: DOWN,
  ChatTransferProblem_events_unauthorized: REFUSED,
  ChatTransferProblem_hand_over_off: 'Il n’est pas possible de demander d’abord. Choisissez « Transférer maintenant ».',
  ChatTransferProblem_interaction_gone: 'Cette conversation n’existe plus.',
  ChatTransferProblem_internal_error: 'Il y a une erreur dans le service de transfert. Prévenez votre administrateur.',
  ChatTransferProblem_invalid_request: REFUSED,
  ChatTransferProblem_invite_open: 'Cette conversation attend déjà un autre agent.',
  ChatTransferProblem_ledger_unavailable: DOWN,
  ChatTransferProblem_malformed_body: REFUSED,
  ChatTransferProblem_no_answer: 'Le service de transfert n’a pas répondu. Réessayez la même chose.',
  ChatTransferProblem_not_http: REFUSED,
  ChatTransferProblem_not_joined: 'Personne n’a encore rejoint ce chat.',
  ChatTransferProblem_not_understood:
    'Le service de transfert n’a pas donné de réponse exploitable. Réessayez la même chose.',
  ChatTransferProblem_not_your_task: 'Vous ne pouvez transférer que vos propres chats.',
  ChatTransferProblem_offer_unknown: 'Il n’est demandé à personne de prendre ce chat.',
  ChatTransferProblem_out_of_time: 'Twilio est lent pour le moment. Réessayez la même chose.',
  ChatTransferProblem_route_unknown: REFUSED,
  ChatTransferProblem_supervisors_only: 'Seuls les superviseurs peuvent voir ceci.',
  ChatTransferProblem_target_declined: 'La cible n’a pas pris le chat. Choisissez-en une autre.',
  ChatTransferProblem_target_holds_task: 'Cet agent a déjà le chat.',
  ChatTransferProblem_target_in_conversation: 'Cet agent est déjà dans la conversation.',
  ChatTransferProblem_target_not_allowed:
    'Vous n’avez pas le droit de transférer des chats vers cette cible. Choisissez-en une autre.',
  ChatTransferProblem_target_not_routed:
    'Les chats ne peuvent pas être transférés vers cette cible. Choisissez-en une autre.',
  ChatTransferProblem_target_unavailable:
    'Cet agent ne peut pas prendre de chat pour le moment. Choisissez-en un autre.',
  ChatTransferProblem_target_unknown: 'Cette cible n’existe plus. Choisissez-en une autre.',
  ChatTransferProblem_task_ended: 'Ce chat est terminé.',
  ChatTransferProblem_task_kind_unsupported: 'Les tâches de ce type ne peuvent pas être transférées.',
  ChatTransferProblem_task_not_transferable: 'Ce chat ne peut pas être transféré dans son état actuel.',
  ChatTransferProblem_task_unknown: 'Ce chat n’existe plus.',
  ChatTransferProblem_token_invalid: EXPIRED,
  ChatTransferProblem_token_missing: EXPIRED,
  ChatTransferProblem_transfer_in_progress: 'Ce chat est déjà en cours de transfert.',
  ChatTransferProblem_transfer_not_finished:
    'Le transfert a commencé mais n’est pas terminé. Transférez à nouveau vers la même cible.',
  ChatTransferProblem_transferred_elsewhere: 'Ce chat a déjà été transféré vers une autre cible.',
  ChatTransferProblem_turned_away: 'Il y a trop de demandes pour le moment. Réessayez dans une minute.',
  ChatTransferProblem_twilio_credentials:
    'Le service de transfert n’a pas le droit d’utiliser Twilio. Prévenez votre administrateur.',
  ChatTransferProblem_twilio_failed: 'Twilio ne fonctionne pas pour le moment. Réessayez dans une minute.',
  ChatTransferProblem_twilio_rate_limited: 'Twilio est occupé pour le moment. Réessayez dans une minute.',
  ChatTransferProblem_twilio_refused: 'Twilio a refusé le transfert. Prévenez votre administrateur.',
  ChatTransferProblem_unsupported_media_type: REFUSED,
};
