import type { CallAnswer, TabMessage } from './tab-messages.js';

/** What a {@link TabChannel} reports. */
export interface TabChannelEvents {
  message(message: TabMessage): void;
  answer(answer: CallAnswer): void;
}

/** The way to the other tabs. */
export interface TabChannel {
  /** To all of them. @throws {DOMException} DataCloneError */
  post(message: TabMessage): void;
  /** To the one that made the call. @throws {DOMException} DataCloneError */
  answer(to: string, answer: CallAnswer): void;
  close(): void;
}

/** Opens the channel that all tabs share, and one for answers to this tab. @param id  of this tab */
export function openTabChannel(name: string, id: string, events: TabChannelEvents): TabChannel {
  const all = new BroadcastChannel(name);
  const own = new BroadcastChannel(`${name} ${id}`);
  all.onmessage = ({ data }) => events.message(data);
  own.onmessage = ({ data }) => events.answer(data);
  return {
    post: (message) => all.postMessage(message),
    answer: (to, answer) => {
      const channel = new BroadcastChannel(`${name} ${to}`);
      try {
        channel.postMessage(answer);
      } finally {
        channel.close();
      }
    },
    close: () => {
      all.close();
      own.close();
    },
  };
}
