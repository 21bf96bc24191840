// Installs tfjs-node with a current libtensorflow, which its own install script cannot: that one knows version 2.9.1 and CUDA 11.2 only.
// Nothing here runs the library: the caller brings the self-test.
import { createHash } from 'node:crypto';

/** native computes on the processor, cuda on an NVIDIA GPU. */
export const variants = ['native', 'cuda'] as const;
export type Variant = (typeof variants)[number];

/** One file of PyPI, pinned. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** As pip's --platform takes it. */
  readonly platform: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What one variant is made of on one platform. */
export interface Release {
  readonly packageName: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  readonly packageVersion: string;
  /** Holds libtensorflow_cc, libtensorflow_framework and the headers. */
  readonly library: Wheel;
  /** NVIDIA's libraries, which libtensorflow opens when it first looks for a GPU. */
  readonly cudaLibraries: readonly Wheel[];
  /** What the finished prefix occupies. */
  readonly installedBytes: number;
}

const packageVersion = '4.22.0';
/** The newest libtensorflow that the addon of tfjs-node 4.22.0 was seen to build and train with. */
const libraryVersion = '2.21.0';

const cpuLibraries: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    version: libraryVersion,
    platform: 'manylinux_2_27_x86_64',
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    bytes: 274_000_871,
  },
  // There is no tensorflow-cpu for these two; their plain tensorflow has no CUDA.
  'linux-arm64': {
    project: 'tensorflow',
    version: libraryVersion,
    platform: 'manylinux_2_27_aarch64',
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    bytes: 281_946_471,
  },
  'darwin-arm64': {
    project: 'tensorflow',
    version: libraryVersion,
    platform: 'macosx_12_0_arm64',
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    bytes: 223_488_205,
  },
};

const cudaLibrary: Wheel = {
  project: 'tensorflow',
  version: libraryVersion,
  platform: 'manylinux_2_27_x86_64',
  sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
  bytes: 572_611_111,
};

/**
 * CUDA 12.9.1 with cuDNN 9.10.2, within the ranges that tensorflow 2.21.0's extra `and-cuda` asks for: the first CUDA 12 that
 * knows Blackwell came with 12.8, the last cuDNN 9 that knows Pascal and Volta is 9.10.
 */
const nvidiaWheels: readonly (readonly [
  project: string,
  version: string,
  platform: string,
  bytes: number,
  sha256: string,
])[] = [
  [
    'cublas',
    '12.9.1.4',
    'manylinux_2_27',
    581_242_350,
    '453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2',
  ],
  [
    'cuda-cupti',
    '12.9.79',
    'manylinux_2_25',
    10_814_997,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  ],
  [
    'cuda-nvcc',
    '12.9.86',
    'manylinux_2_12',
    40_546_229,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  ],
  [
    'cuda-nvrtc',
    '12.9.86',
    'manylinux_2_12',
    89_568_129,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ],
  [
    'cuda-runtime',
    '12.9.79',
    'manylinux_2_17',
    3_493_179,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ],
  [
    'cudnn',
    '9.10.2.21',
    'manylinux_2_27',
    706_758_467,
    '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
  ],
  [
    'cufft',
    '11.4.1.4',
    'manylinux_2_17',
    200_877_592,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  ],
  [
    'curand',
    '10.3.10.19',
    'manylinux_2_27',
    68_295_626,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  ],
  [
    'cusolver',
    '11.7.5.82',
    'manylinux_2_27',
    338_117_415,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  ],
  [
    'cusparse',
    '12.5.10.65',
    'manylinux_2_17',
    366_465_088,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ],
  ['nccl', '2.27.7', 'manylinux_2_17', 322_546_339, 'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa'],
  [
    'nvjitlink',
    '12.9.86',
    'manylinux_2_12',
    39_748_338,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ],
];

/** What to install on a platform such as linux-x64, or for a person why there is nothing. */
export function releaseFor(variant: Variant, platform: string): Release | { readonly reason: string } {
  if (variant === 'cuda') {
    if (platform !== 'linux-x64')
      return { reason: `TensorFlow has a library with CUDA for linux-x64 only, not for ${platform}` };
    return {
      packageName: '@tensorflow/tfjs-node-gpu',
      packageVersion,
      library: cudaLibrary,
      cudaLibraries: nvidiaWheels.map(([name, version, tag, bytes, sha256]) => ({
        project: `nvidia-${name}-cu12`,
        version,
        platform: `${tag}_x86_64`,
        sha256,
        bytes,
      })),
      installedBytes: 5.7e9,
    };
  }
  const library = cpuLibraries[platform];
  if (!library) {
    const known = Object.keys(cpuLibraries).join(', ');
    return { reason: `TensorFlow ${libraryVersion} has a library for ${known}, not for ${platform}` };
  }
  return { packageName: '@tensorflow/tfjs-node', packageVersion, library, cudaLibraries: [], installedBytes: 1e9 };
}

/** Every wheel of a release, the library first. */
export function wheelsOf({ library, cudaLibraries }: Release): readonly Wheel[] {
  return [library, ...cudaLibraries];
}

/** A name for a release that differs whenever anything in it does. */
export function releaseKey(variant: Variant, release: Release, platform: string): string {
  const digest = createHash('sha256').update(JSON.stringify(release)).digest('hex').slice(0, 8);
  return [variant, release.packageVersion, release.library.version, `napi${nodeApi}`, platform, digest].join('-');
}

/** Version of Node's stable interface for addons that the addon is built for: the newest that tfjs-node 4.22.0 looks for. */
export const nodeApi = 8;
