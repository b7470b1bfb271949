;; A guest that calls a small op and reads its result, over and over: what that costs a guest. It exports
;; `run: func(rounds: u32) -> u32`, which gives 0, or 1 where a call failed.
(component
  (import "wasi:gpu/compute@0.1.0" (instance $compute
    (type $u (flags "map-read" "map-write" "copy-src" "copy-dst" "uniform" "storage"))
    (export "buffer-usage" (type $usage (eq $u)))
    (type $e (variant (case "out-of-memory") (case "invalid-buffer") (case "kernel-error" string)
      (case "device-unavailable") (case "invalid-params" string)))
    (export "gpu-error" (type $err (eq $e)))
    (export "buffer-create" (func (param "size" u64) (param "usage" $usage) (result (result u32 (error $err)))))
    (export "buffer-read" (func (param "buffer" u32) (param "offset" u64) (param "size" u32)
      (result (result (list u8) (error $err)))))))
  (alias export $compute "gpu-error" (type $err))
  (import "wasi:gpu/ml-kernels@0.1.0" (instance $ops
    (alias outer 1 $err (type $err))
    (type $o (enum "relu" "sigmoid" "tanh" "add" "mul" "sqrt" "exp" "log"))
    (export "elementwise-op" (type $op (eq $o)))
    (type $p (record (field "n-elements" u32) (field "op" $op)))
    (export "elementwise-params" (type $params (eq $p)))
    (export "kernel-elementwise" (func (param "params" $params) (param "input-a" u32) (param "input-b" (option u32))
      (param "output" u32) (result (result (error $err)))))))
  (core module $libc
    (memory (export "memory") 1)
    ;; Every list that the host makes may lie over the last.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $libc (instantiate $libc))
  (core func $create (canon lower (func $compute "buffer-create")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $read (canon lower (func $compute "buffer-read")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $relu (canon lower (func $ops "kernel-elementwise")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "gpu" "create" (func $create (param i64 i32 i32)))
    (import "gpu" "read" (func $read (param i32 i64 i32 i32)))
    (import "gpu" "relu" (func $relu (param i32 i32 i32 i32 i32 i32 i32)))
    (global $ret i32 (i32.const 64))
    (global $input (mut i32) (i32.const 0))
    (global $output (mut i32) (i32.const 0))
    ;; A buffer of 1024 numbers.
    (func $buffer (result i32)
      (call $create (i64.const 4096) (i32.const 32) (global.get $ret))
      (if (i32.load8_u (global.get $ret)) (then unreachable))
      (i32.load offset=4 (global.get $ret)))
    (func (export "run") (param $rounds i32) (result i32)
      (if (i32.eqz (global.get $input)) (then
        (global.set $input (call $buffer))
        (global.set $output (call $buffer))))
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $rounds)))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        (call $relu (i32.const 1024) (i32.const 0) (global.get $input) (i32.const 0) (i32.const 0)
          (global.get $output) (global.get $ret))
        (if (i32.load8_u (global.get $ret)) (then (return (i32.const 1))))
        (call $read (global.get $output) (i64.const 0) (i32.const 4) (global.get $ret))
        (if (i32.load8_u (global.get $ret)) (then (return (i32.const 1))))
        (br $next)))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "gpu" (instance (export "create" (func $create)) (export "read" (func $read)) (export "relu" (func $relu))))))
  (func (export "run") (param "rounds" u32) (result u32) (canon lift (core func $main "run"))))
