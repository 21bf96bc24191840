import { describe, expect, test } from 'vitest';
import { parseSweepText, readSweepFile } from '../../cli/sweep-file.ts';

describe('parseSweepText', () => {
  test('reads the same content from JSON and YAML', () => {
    const content = { name: 'x', axes: { depth: [2, 8] } };
    expect(parseSweepText(JSON.stringify(content), 'a.json')).toEqual(content);
    expect(parseSweepText('# a comment\nname: x\naxes:\n  depth: [2, 8]\n', 'a.yaml')).toEqual(content);
  });

  test.each([
    ['a comma too many', '{"name": "x",\n "axes": {,}\n}', 'a.json', /a\.json is not valid JSON.*line 2, column 11/s],
    ['a file that ends too early', '{"name": "x",\n "axes": {', 'a.json', /line 2, column 11: /],
    ['a key that stands twice', '{"name": "x",\n "name": "y"}', 'a.json', /line 2, column 2: Map keys must be unique/],
    ['a comment, which JSON does not have', '{"a": 1} # no', 'a.json', /line 1, column 10/],
    [
      'a bracket that is left open',
      'name: x\ndepth: [1, 2\nseed: 3\n',
      'a.yml',
      /a\.yml is not valid YAML.*line 3, column 1/s,
    ],
    ['an empty file', '', 'a.json', /line 1, column 1: Unexpected end/],
  ])('says where there is %s', (_title, text, path, message) => {
    expect(() => parseSweepText(text, path)).toThrow(message);
  });

  test('names every syntax error of a YAML file', () => {
    expect(() => parseSweepText('a: 1\na: 2\nb: 1\nb: 2\n', 'a.yaml')).toThrow(/line 2.*line 4/s);
  });
});

describe('readSweepFile', () => {
  test('says what to do when there is no such file', async () => {
    await expect(readSweepFile('absent.json')).rejects.toThrow('There is no file absent.json. Look at examples/');
  });

  test('says so when the path is a folder', async () => {
    await expect(readSweepFile('tests')).rejects.toThrow(/tests cannot be read: .*directory/);
  });
});
