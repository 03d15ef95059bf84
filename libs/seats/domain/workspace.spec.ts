import { describe, expect, it } from '@jest/globals';
import { sha256 } from '#kernel';
import { assertNoneOpen, catalogueImage } from './workspace.js';

const image = `registry.local/workspaces/python@${sha256('python')}`;

describe('a workspace', () => {
  it('starts only from an image of the catalogue, by digest [SEAT-05]', () => {
    expect(catalogueImage([{ image }], image)).toBe(image);
    expect(() => catalogueImage([{ image }], `registry.local/workspaces/python@${sha256('other')}`)).toThrow('seat.image-not-in-catalogue');
    expect(() => catalogueImage([], image)).toThrow('seat.image-not-in-catalogue');
  });

  it('is the only one open of its seat [ACC-04]', () => {
    expect(() => assertNoneOpen([{ id: 'w', state: 'removing' }])).toThrow('seat.workspace-open');
    expect(() => assertNoneOpen([{ id: 'w', state: 'removed' }])).not.toThrow();
  });
});
