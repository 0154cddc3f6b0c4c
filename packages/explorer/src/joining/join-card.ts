/** Joins this page to another one by hand: shows a text as a code, takes one by paste or with the camera. */
import type { Invitation, LightNodeHandle } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import type { NodeSession } from '../session/node-session.js';
import { createCard, describeNoNode, sentenceOf } from '../views/view.js';

/** How long a button says that it has copied, in milliseconds. Arbitrary. */
const COPIED_MS = 2_000;

const words = {
  invited:
    'Let the other page scan this code, or send it the text. Then scan or paste the answer that it shows. Keep this page open meanwhile.',
  answered:
    'Let the page that invited scan this answer, or send it the text. Both are joined as soon as it has taken it. Keep this page open meanwhile.',
  joined: 'The two pages are joined.',
} as const;

/** Makes invitations and takes texts, one at a time. */
export class JoinCard {
  readonly element = createCard('Join by hand');
  readonly #session: NodeSession;
  readonly #invite = createButton('Make an invitation', 'join-invite');
  readonly #scan = createButton('Scan a code', 'join-scan');
  readonly #stop = createButton('Stop the camera', 'join-stop');
  readonly #video = createElement('video', 'join-video');
  readonly #pasted = createElement('textarea', 'join-text');
  readonly #take = createButton('Use this text', 'join-take');
  readonly #answer = createElement('p', 'lead');
  readonly #note = createElement('div', 'join-note');
  #isBusy = false;
  /** Ends the camera. */
  #scanning: AbortController | undefined;
  /** The text that is shown. */
  #shown: Invitation | undefined;

  constructor(session: NodeSession) {
    this.#session = session;
    this.element.dataset.testid = 'join';
    this.#answer.dataset.testid = 'join-answer';
    this.#answer.setAttribute('role', 'status');
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.setAttribute('aria-label', 'What the camera sees');
    this.#pasted.id = 'join-pasted';
    this.#pasted.rows = 4;
    this.#pasted.spellcheck = false;
    this.#pasted.autocapitalize = 'characters';
    this.#pasted.dataset.testid = 'join-pasted';
    const label = createElement('label', 'join-label', 'Invitation or answer of the other page');
    label.htmlFor = this.#pasted.id;
    const explanation = createElement(
      'p',
      'note',
      'Needs no server: one page makes an invitation, the other one answers it, and each text is carried by a person, as a code ' +
        'or in a message. Whoever reads a text learns the network addresses of the device that made it.',
    );
    const buttons = createElement('div', 'buttons');
    buttons.append(this.#invite, this.#scan, this.#stop);
    const takeRow = createElement('div', 'buttons');
    takeRow.append(this.#take);
    this.element.append(
      explanation,
      buttons,
      this.#video,
      label,
      this.#pasted,
      takeRow,
      this.#answer,
      this.#note,
    );
    this.#invite.addEventListener('click', () => void this.#run(() => this.#makeInvitation()));
    this.#take.addEventListener('click', () => void this.#run(() => this.#takeText(this.#pasted.value)));
    this.#scan.addEventListener('click', () => void this.#run(() => this.#scanCode()));
    this.#stop.addEventListener('click', () => this.#endCamera());
    this.#showCamera(false);
  }

  /** The view is left: the camera is switched off. Texts stay valid. */
  hide(): void {
    this.#endCamera();
  }

  async #run(action: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (const button of [this.#invite, this.#take, this.#scan]) button.ariaDisabled = 'true';
    try {
      await action();
    } catch (error) {
      setText(this.#answer, sentenceOf(error, 'That did not work.'));
    } finally {
      this.#isBusy = false;
      for (const button of [this.#invite, this.#take, this.#scan]) button.ariaDisabled = null;
    }
  }

  async #makeInvitation(): Promise<void> {
    setText(this.#answer, 'Finding out how this device can be reached …');
    await this.#show(await this.#node().invite(), 'invitation', words.invited);
  }

  async #takeText(text: string): Promise<void> {
    if (text.trim() === '') {
      setText(this.#answer, 'Paste the text of the other page first.');
      this.#pasted.focus();
      return;
    }
    setText(this.#answer, 'Reading it …');
    const made = await this.#node().accept(text);
    this.#pasted.value = '';
    if (made !== undefined) {
      await this.#show(made, 'answer', words.answered);
      return;
    }
    this.#clear();
    setText(this.#answer, words.joined);
  }

  async #scanCode(): Promise<void> {
    const scanning = new AbortController();
    this.#scanning = scanning;
    this.#showCamera(true);
    setText(this.#answer, 'Hold the code of the other page before the camera.');
    let text: string;
    try {
      const { scanQr } = await import('./qr-camera.js');
      text = await scanQr(this.#video, scanning.signal);
    } catch (error) {
      setText(this.#answer, scanning.signal.aborted ? '' : cameraSentence(error));
      return;
    } finally {
      this.#scanning = undefined;
      this.#showCamera(false);
    }
    await this.#takeText(text);
  }

  #endCamera(): void {
    this.#scanning?.abort();
  }

  #showCamera(isOn: boolean): void {
    if (!isOn && document.activeElement === this.#stop) this.#scan.focus();
    this.#video.hidden = !isOn;
    this.#stop.hidden = !isOn;
    // Elsewhere than on https and localhost a browser has no camera for a page.
    this.#scan.hidden = isOn || navigator.mediaDevices === undefined;
    if (isOn) this.#stop.focus();
  }

  async #show(made: Invitation, kind: 'invitation' | 'answer', steps: string): Promise<void> {
    const { createQrPicture } = await import('./qr-picture.js');
    this.#shown = made;
    const until = new Date(made.expires * 1000).toLocaleTimeString([], {
      hour: '2-digit',
      minute: '2-digit',
    });
    const heading = createElement('h3', '', kind === 'invitation' ? 'Your invitation' : 'Your answer');
    const text = createElement('code', 'join-code', made.text);
    text.dataset.testid = 'join-made';
    text.tabIndex = 0;
    const copy = createButton('Copy the text', 'join-copy');
    copy.addEventListener('click', () => void copyText(text, copy));
    const end = createElement('p', 'note', `It can be used once, until ${until}.`);
    const side = createElement('div', 'join-side');
    const buttons = createElement('div', 'buttons');
    buttons.append(copy);
    side.append(heading, text, buttons, end);
    this.#note.replaceChildren(createQrPicture(made.text, `${heading.textContent}, as a QR code`), side);
    setText(this.#answer, steps);
    void this.#follow(made);
  }

  /** Says what becomes of a text, as long as it is the one that is shown. */
  async #follow(made: Invitation): Promise<void> {
    const sentence = await made.joined.then(
      () => words.joined,
      (error: unknown) => sentenceOf(error, 'The two pages were not joined.'),
    );
    if (this.#shown !== made) return;
    this.#clear();
    setText(this.#answer, sentence);
  }

  #clear(): void {
    this.#shown = undefined;
    this.#note.replaceChildren();
  }

  #node(): LightNodeHandle {
    const { node } = this.#session;
    if (node === undefined) throw new Error(describeNoNode(this.#session.state.lifecycle));
    return node;
  }
}

async function copyText(text: HTMLElement, button: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text.textContent ?? '');
    setText(button, 'Copied');
  } catch {
    // The clipboard needs https and a permission. Without them the text is selected instead.
    getSelection()?.selectAllChildren(text);
    setText(button, 'Selected');
  }
  setTimeout(() => setText(button, 'Copy the text'), COPIED_MS);
}

/** @see https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia: the names of its errors */
function cameraSentence(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The camera may not be used here. Allow it, or paste the text instead.';
  if (name === 'NotFoundError') return 'This device has no camera. Paste the text instead.';
  return 'The camera cannot be used now. Paste the text instead.';
}

function createButton(text: string, testId: string): HTMLButtonElement {
  const button = createElement('button', 'button quiet', text);
  button.type = 'button';
  button.dataset.testid = testId;
  return button;
}
