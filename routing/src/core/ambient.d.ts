// The core knows no runtime. The contract names this one type of the platform; only its name is needed here.
interface AbortSignal {
  readonly aborted: boolean;
}
