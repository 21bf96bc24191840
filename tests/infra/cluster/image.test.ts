import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { readProjectFile } from './infra-files.ts';

const file = 'infra/image/Dockerfile';

test('the Dockerfile is well formed', () => {
  expect(validate(readProjectFile(file))).toEqual([]);
});

test('its images run as a user without rights, and what they start hears the signal to stop', () => {
  const text = readProjectFile(file);
  const users = [...text.matchAll(/^USER (\w+)$/gm)].map(([, user]) => user);
  expect(users.at(-1)).toBe('node');
  // The exec form: a shell would keep SIGTERM to itself.
  expect(text).toMatch(/^ENTRYPOINT \["node"/m);
});

test('no secret and no file of a developer gets into them', () => {
  const ignored = readProjectFile(`${file}.dockerignore`).split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/.env']));
});
