/** What is wrong with a request, in words for whoever sent it. They repeat nothing of what was sent. */
export class RequestFault extends Error {
  override readonly name = 'RequestFault';
}
