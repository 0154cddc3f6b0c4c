/**
 * Who offers a connection, and which offer counts if both sides offer at once ("glare").
 *
 * Whoever has learned of the other one offers. If two offers cross, the offer of the peer with the lower id counts, on
 * both sides: that peer passes over the offer that it receives, and the other one drops its own offer and answers.
 *
 * Any other offer from a peer to which there is a link replaces the link. Either the other side has lost it, or we have
 * another id since we offered, and then no answer to our offer can reach us.
 */

/** Our side of a link to a peer that has just sent an offer. */
export interface OfferedLink {
  /** We have offered, and have no open channel yet. */
  readonly isOffering: boolean;
  /** Our id on the signaling server when the link was begun. The answer to our offer is sent to it. */
  readonly ownId: string;
}

/**
 * What becomes of an offer.
 *
 * @param link   our link to the sender, if there is one
 * @param ownId  our id on the signaling server now
 * @returns `passOver`: our own offer counts; `answer`: the offer counts, and replaces the link if there is one
 */
export function judgeOffer(
  link: OfferedLink | undefined,
  ownId: string,
  remoteId: string,
): 'answer' | 'passOver' {
  const isCrossing = link?.isOffering === true && link.ownId === ownId;
  return isCrossing && ownId < remoteId ? 'passOver' : 'answer';
}
