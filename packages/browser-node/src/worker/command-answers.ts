/** Answers to the commands that the page gives the node: each comes later, as a notice with the command's ticket. */
import type { Command, NodeNotice } from '@vision-light/protocol';

/** Which notice answers which command. */
interface AnswerTypes {
  readonly block: 'block';
  readonly header: 'header';
  readonly sendTransaction: 'sent';
  readonly checkpoint: 'checkpoint';
  readonly filterBlocks: 'filtered';
  readonly proveTransaction: 'provable';
  readonly mempool: 'mempool';
  readonly submit: 'submitted';
}

type CommandOf<Kind extends keyof AnswerTypes> = Extract<Command, { kind: Kind }>;

/** The notice that answers a command. */
export type AnswerTo<Kind extends keyof AnswerTypes> = Extract<NodeNotice, { type: AnswerTypes[Kind] }>;

/** A notice that answers a command. */
type Answer = Extract<NodeNotice, { ticket: number }>;

/** A command that is answered, before it has a ticket. */
export type Asked<Kind extends keyof AnswerTypes> = { readonly kind: Kind } & Omit<
  CommandOf<Kind>,
  'ticket' | 'kind'
>;

/** See the head of this file. */
export class CommandAnswers {
  readonly #command: (command: Command) => void;
  readonly #awaited = new Map<number, (answer: Answer) => void>();
  #lastTicket = 0;

  /** @param command  gives the node a command */
  constructor(command: (command: Command) => void) {
    this.#command = command;
  }

  /** Gives the node a command. @returns its answer */
  ask<Kind extends keyof AnswerTypes>(asked: Asked<Kind>): Promise<AnswerTo<Kind>> {
    return new Promise((resolve) => {
      const ticket = ++this.#lastTicket;
      // The node answers a command with the notice that belongs to its kind.
      this.#awaited.set(ticket, resolve as (answer: Answer) => void);
      this.#command({ ...asked, ticket } as unknown as Command);
    });
  }

  /** The node has answered. */
  take(answer: Answer): void {
    this.#awaited.get(answer.ticket)?.(answer);
    this.#awaited.delete(answer.ticket);
  }
}
