/** Looks for a QR code with the camera. Loaded when the visitor wants to scan one. */
import { loadQrReader } from './qr-reader.js';

/** Milliseconds between two looks: a code is held still for longer, and each look costs a phone some 30 ms. */
const LOOK_MS = 150;

/**
 * Shows what the camera sees until it sees a code.
 *
 * @param video  shows it
 * @param signal  ends it; the camera is off afterwards in any case
 * @returns what the code says
 * @throws {DOMException} if there is no camera, or it may not be used; the reason of `signal`
 */
export async function scanQr(video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const read = await loadQrReader();
  signal.throwIfAborted();
  const wanted = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  try {
    signal.throwIfAborted();
    video.srcObject = stream;
    await video.play();
    for (;;) {
      const text = await read(video);
      signal.throwIfAborted();
      if (text !== undefined && text !== '') return text;
      await pause(signal);
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, LOOK_MS);
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
