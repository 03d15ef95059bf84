import { readStructure } from '#platform/config';

/**
 * The body of an act from a YAML or JSON file, `-` for standard input. A file in which everything is commented out is a body without members.
 * @throws ConfigurationError naming line and column of what is neither
 */
export const bodyIn = (file: string): unknown => readStructure(file === '-' ? 0 : file, 'the body 请求正文') ?? {};
