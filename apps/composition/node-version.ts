/** The oldest Node.js that everything here runs on, as package.json says (`engines`). */
const oldest = '24.9';

const isNewEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [least = 0, leastMinor = 0] = oldest.split('.').map(Number);
  return major > least || (major === least && minor >= leastMinor);
};

/**
 * Ends a program on a Node.js that is too old for it, with exit code 2. Called before anything else is loaded: what an older version does not
 * have would otherwise end it with a stack trace, and so this file imports nothing.
 */
export function demandNode(program: string): void {
  const { node } = process.versions;
  if (isNewEnough(node)) return;
  process.stderr.write(
    `${program}: Node.js ${oldest} or newer is needed, this is ${node}: install it from https://nodejs.org ` +
      `需要 Node.js ${oldest} 或更高版本，当前为 ${node}：请安装新版本\n`,
  );
  process.exit(2);
}
