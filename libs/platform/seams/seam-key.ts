/** Metadata of a provider that implements a seam: the seam's name. */
export const seamKey = 'opdomain:seam';
