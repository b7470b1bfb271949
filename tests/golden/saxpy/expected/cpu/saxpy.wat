(module $saxpy
  (type (;0;) (func (param i32 i32 i32 i32)))
  (import "wgpuc" "memory" (memory (;0;) 0 65536 shared))
  (export "run" (func $run))
  (func $run (;0;) (type 0) (param $block i32) (param $first_group i32) (param $n_groups i32) (param $arena i32)
    (local $group i32) (local $group_x i32) (local $group_y i32) (local $group_z i32) (local $grid_x i32) (local $grid_y i32) (local $grid_z i32) (local $local_x i32) (local $local_y i32) (local $local_z i32) (local $local_index i32) (local $frame i32) (local $record i32) (local $a f32) (local $x i32) (local $y.len i32) (local $y i32) (local $end_group i32) (local $v3 i32) (local $v5 i32) (local $v8 f32) (local $v10 f32)
    local.get $block
    i32.load offset=28
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
    local.set $a
    local.get $block
    i32.load offset=32
    local.set $x
    local.get $block
    i32.load offset=24
    local.set $y.len
    local.get $block
    i32.load offset=36
    local.set $y
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
          i32.const 256
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
              local.get $y.len
              i32.lt_u
              if ;; label = @6
                local.get $x
                local.get $v5
                i32.const 2
                i32.shl
                i32.add
                f32.load
                local.set $v8
                local.get $y
                local.get $v5
                i32.const 2
                i32.shl
                i32.add
                f32.load
                local.set $v10
                local.get $y
                local.get $v5
                i32.const 2
                i32.shl
                i32.add
                local.get $v10
                local.get $a
                local.get $v8
                f32.mul
                f32.add
                f32.store
              end
            end
            local.get $local_x
            i32.const 1
            i32.add
            local.set $local_x
            local.get $local_x
            i32.const 256
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
)
