/** What data channels give by themselves: what a node brings over them is measured beside it. */
import { firstLine, startScript, stopScript } from './bench-process.mjs';
import { serveFiles } from './serve-files.mjs';

/**
 * New channels from so many senders, each a process of its own, to a worker of a new page.
 *
 * @returns {Promise<number>} milliseconds from the first frame that comes to the last
 */
export async function rawTransferMs(browser, senderCount, bytesEach) {
  const sender = new URL('../../packages/gateway/bench/raw-sender.mjs', import.meta.url);
  const senders = Array.from({ length: senderCount }, () => startScript(sender, bytesEach));
  const site = await serveFiles({ '/': '<!doctype html><title>Raw channels</title>' });
  const tab = await browser.newPage();
  try {
    await tab.goto(site.url);
    await tab.exposeFunction('answerOf', async (index, offer) => {
      senders[index].stdin.write(`${JSON.stringify(offer)}\n`);
      return firstLine(senders[index]);
    });
    return await tab.evaluate(receiveRaw, senderCount, bytesEach);
  } finally {
    await tab.close();
    site.close();
    await Promise.all(senders.map(stopScript));
  }
}

/** Runs in the page. */
async function receiveRaw(count, bytes) {
  const script = `
    let received = 0; let startedAt;
    onmessage = ({ data }) => {
      data.channel.binaryType = 'arraybuffer';
      data.channel.onmessage = ({ data: frame }) => {
        startedAt ??= performance.now();
        received += frame.byteLength;
        if (received >= data.total) postMessage(performance.now() - startedAt);
      };
    };`;
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  const done = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  for (let index = 0; index < count; index++) {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('raw', { negotiated: true, id: 64, ordered: true });
    worker.postMessage({ channel, total: count * bytes }, [channel]);
    await connection.setLocalDescription(await connection.createOffer());
    while (connection.iceGatheringState !== 'complete')
      await new Promise((resolve) =>
        connection.addEventListener('icegatheringstatechange', resolve, { once: true }),
      );
    const { type, sdp } = connection.localDescription;
    await connection.setRemoteDescription(await globalThis.answerOf(index, { type, sdp }));
  }
  return done;
}
