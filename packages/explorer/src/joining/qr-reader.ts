/** Reads QR codes: with the browser's own reader where it has one, else with one that is loaded. */

/** What Chromium has on some systems, and TypeScript does not know. */
interface BarcodeReader {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

interface BarcodeReaderClass {
  new (options: { readonly formats: readonly string[] }): BarcodeReader;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Says what the code in a video's present picture says; undefined if there is none. */
export type ReadQr = (video: HTMLVideoElement) => Promise<string | undefined>;

/** Side of the picture that is looked at, in pixels, at most. Codes of an invitation have 50 to 90 modules a side. */
const PICTURE_MAX = 720;

/** The reader that this browser has, or the one that is loaded. */
export async function loadQrReader(): Promise<ReadQr> {
  const { BarcodeDetector: Detector } = globalThis as { BarcodeDetector?: BarcodeReaderClass };
  const formats = await Detector?.getSupportedFormats().catch((): readonly string[] => []);
  if (Detector !== undefined && formats?.includes('qr_code') === true) {
    const detector = new Detector({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  const { default: decodeQR } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, PICTURE_MAX / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (context === null || canvas.width === 0 || canvas.height === 0) return undefined;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // There is no code in this picture, or it cannot be read yet.
      return undefined;
    }
  };
}
