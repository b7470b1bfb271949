(module $bytes_multiply
  (type (;0;) (func (param i32 i32 i32 i32)))
  (type (;1;) (func (param f32) (result f32)))
  (import "wgpuc" "memory" (memory (;0;) 0 65536 shared))
  (export "run" (func $run))
  (func $run (;0;) (type 0) (param $block i32) (param $first_group i32) (param $n_groups i32) (param $arena i32)
    (local $group i32) (local $group_x i32) (local $group_y i32) (local $group_z i32) (local $grid_x i32) (local $grid_y i32) (local $grid_z i32) (local $local_x i32) (local $local_y i32) (local $local_z i32) (local $local_index i32) (local $frame i32) (local $record i32) (local $scale f32) (local $gains.len i32) (local $gains i32) (local $end_group i32) (local $v3 i32) (local $v5 i32) (local $v8 v128) (local i32 i32) (local $v11 v128) (local $v12 v128)
    local.get $block
    i32.load offset=24
    local.set $record
    local.get $block
    i32.load
    local.set $grid_x
    local.get $block
    i32.load offset=4
    local.set $grid_y
    local.get $block
    i32.load offset=8
    local.set $grid_z
    local.get $block
    f32.load offset=16
    local.set $scale
    local.get $block
    i32.load offset=20
    local.set $gains.len
    local.get $block
    i32.load offset=28
    local.set $gains
    local.get $first_group
    local.set $group
    local.get $first_group
    local.get $n_groups
    i32.add
    local.tee $end_group
    local.get $first_group
    i32.gt_u
    if ;; label = @1
      loop ;; label = @2
        block ;; label = @3
          local.get $record
          i32.atomic.load offset=28
          br_if 2 (;@1;)
          local.get $group
          i32.const 64
          i32.mul
          local.set $v3
          i32.const 0
          local.set $local_z
          i32.const 0
          local.set $local_y
          i32.const 0
          local.set $local_x
          loop ;; label = @4
            block ;; label = @5
              local.get $v3
              local.get $local_x
              i32.add
              local.set $v5
              local.get $v5
              local.get $gains.len
              i32.lt_u
              if ;; label = @6
                local.get $gains
                local.get $v5
                i32.const 3
                i32.shl
                i32.add
                local.set 24
                local.get 24
                i32.load16_u
                i32.const 16
                i32.shl
                f32.reinterpret_i32
                f32x4.splat
                local.get 24
                i32.load16_u offset=2
                i32.const 16
                i32.shl
                f32.reinterpret_i32
                f32x4.replace_lane 1
                local.get 24
                i32.load16_u offset=4
                i32.const 16
                i32.shl
                f32.reinterpret_i32
                f32x4.replace_lane 2
                local.get 24
                i32.load16_u offset=6
                i32.const 16
                i32.shl
                f32.reinterpret_i32
                f32x4.replace_lane 3
                local.set $v8
                local.get $gains
                local.get $v5
                i32.const 3
                i32.shl
                i32.add
                local.set 25
                local.get $v8
                local.get $scale
                f32x4.splat
                f32x4.mul
                local.set $v11
                local.get $v11
                f32x4.extract_lane 0
                call $round_bf16
                f32x4.splat
                local.get $v11
                f32x4.extract_lane 1
                call $round_bf16
                f32x4.replace_lane 1
                local.get $v11
                f32x4.extract_lane 2
                call $round_bf16
                f32x4.replace_lane 2
                local.get $v11
                f32x4.extract_lane 3
                call $round_bf16
                f32x4.replace_lane 3
                local.set $v12
                local.get 25
                local.get $v12
                f32x4.extract_lane 0
                i32.reinterpret_f32
                i32.const 16
                i32.shr_u
                i32.store16
                local.get 25
                local.get $v12
                f32x4.extract_lane 1
                i32.reinterpret_f32
                i32.const 16
                i32.shr_u
                i32.store16 offset=2
                local.get 25
                local.get $v12
                f32x4.extract_lane 2
                i32.reinterpret_f32
                i32.const 16
                i32.shr_u
                i32.store16 offset=4
                local.get 25
                local.get $v12
                f32x4.extract_lane 3
                i32.reinterpret_f32
                i32.const 16
                i32.shr_u
                i32.store16 offset=6
              end
            end
            local.get $local_x
            i32.const 1
            i32.add
            local.set $local_x
            local.get $local_x
            i32.const 64
            i32.ne
            br_if 0 (;@4;)
          end
        end
        local.get $group
        i32.const 1
        i32.add
        local.set $group
        local.get $group
        local.get $end_group
        i32.lt_u
        br_if 0 (;@2;)
      end
    end
  )
  (func $round_bf16 (;1;) (type 1) (param $x f32) (result f32)
    (local i32)
    local.get $x
    i32.reinterpret_f32
    local.tee 1
    i32.const 32767
    i32.add
    local.get 1
    i32.const 16
    i32.shr_u
    i32.const 1
    i32.and
    i32.add
    local.get 1
    i32.const 4194304
    i32.or
    local.get $x
    local.get $x
    f32.eq
    select
    i32.const -65536
    i32.and
    f32.reinterpret_i32
  )
)
