/** QR codes as pictures. Loaded when the first one is shown. */
import encodeQR from 'qr';

const SVG = 'http://www.w3.org/2000/svg';

/** Modules around a code that stay empty, as ISO 18004 demands. */
const QUIET = 4;

/**
 * A picture of a QR code, dark on light in both schemes, since many readers take nothing else.
 *
 * @param label  for those who do not see it
 * @throws {Error} if the text is too long for a code
 */
export function createQrPicture(text: string, label: string): SVGSVGElement {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', `0 0 ${modules.length} ${modules.length}`);
  picture.setAttribute('shape-rendering', 'crispEdges');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', label);
  picture.classList.add('qr');
  const dark = document.createElementNS(SVG, 'path');
  dark.setAttribute('d', pathOf(modules));
  picture.append(dark);
  return picture;
}

/** Each run of dark modules in a row is one rectangle. */
function pathOf(modules: readonly (readonly boolean[])[]): string {
  let path = '';
  for (const [y, row] of modules.entries())
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      const begin = x;
      while (row[x + 1] === true) x += 1;
      path += `M${begin} ${y}h${x + 1 - begin}v1h${begin - x - 1}z`;
    }
  return path;
}
