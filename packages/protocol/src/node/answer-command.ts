/** Which part answers what the application asks for: each with a notice that has the command's ticket. */
import type { AnsweredCommand, EventTime } from '../io/event.js';
import type { NodeParts } from './node-parts.js';

/** Hands a command to the part that answers it. @param isOpen  whether the stored chain is loaded, and the node has not ended */
export function answerCommand(
  command: AnsweredCommand,
  parts: NodeParts,
  isOpen: boolean,
  time: EventTime,
): void {
  const { blocks, checkpoints, outbox, proofs, prover, submissions, transactions } = parts;
  switch (command.kind) {
    case 'submit':
      submissions.submit(command, isOpen, time.wallTime);
      break;
    case 'header': {
      const { height, ticket } = command;
      prover.find(height, (header) => outbox.emit({ type: 'header', ticket, header }));
      break;
    }
    case 'block':
      blocks.requested.request(command.hash, command.ticket, time.now);
      break;
    case 'sendTransaction':
      transactions.sender.send(command, isOpen, time);
      break;
    case 'checkpoint':
      checkpoints.make(command);
      break;
    case 'proveTransaction':
      proofs.request(command, time.now);
      break;
    case 'filterBlocks': {
      const { first, last, scripts, ticket } = command;
      parts.filters.search(first, last, scripts, (found) => {
        const result =
          typeof found === 'string'
            ? ({ ok: false, code: found } as const)
            : ({ ok: true, ...found } as const);
        outbox.emit({ type: 'filtered', ticket, result });
      });
      break;
    }
    case 'mempool':
      transactions.list(command.ticket);
      break;
  }
}
