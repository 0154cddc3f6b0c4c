/** Finds what a text must not hold, and names that say nothing. */

/** Words for unfinished work; a tracker is the place for them. In two parts, so that this file passes its own test. */
const markers = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'];
const markerPattern = new RegExp(`\\b(${markers.join('|')})\\b`);

/** A path that exists on one machine only: below a home folder, a root user's folder, a drive. */
const machinePath = /(?<![\w.~-])(\/(home|Users|root|work|mnt)\/\w|[A-Z]:\\\w)/;

/** Faults of one text, as `file:line what`. */
export function findTextFaults(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const marker = markerPattern.exec(line)?.[1];
    const machine = machinePath.exec(line)?.[1];
    return [marker, machine]
      .filter((fault) => fault !== undefined)
      .map((fault) => `${file}:${index + 1} ${fault}`);
  });
}

const emptyNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'types', 'misc', 'shared']);

/** Whether a file's name is kebab-case and says what the file is about. */
export function isTellingName(file: string): boolean {
  const stem = (file.split('/').at(-1) ?? '').split('.')[0] ?? '';
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) && !emptyNames.has(stem);
}
