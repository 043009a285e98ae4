/** Where the keyboard goes on when what had the focus is gone: to the button with which all of this began. */

export const TRANSFER_BUTTON = 'chat-transfer-button';

const isLost = (element: Element | null) =>
  !element || element === document.body || element.closest('.Twilio-WorkerDirectory');

/** Waits until what closes is closed. An agent who went on elsewhere meanwhile stays there. */
export function rescueFocus(): void {
  setTimeout(() => {
    if (isLost(document.activeElement)) document.getElementById(TRANSFER_BUTTON)?.focus();
  }, 50);
}
