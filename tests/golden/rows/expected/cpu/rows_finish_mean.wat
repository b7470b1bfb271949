(module $rows_finish_mean
  (type (;0;) (func (param i32 i32 i32 i32)))
  (import "wgpuc" "memory" (memory (;0;) 0 65536 shared))
  (export "run" (func $run))
  (func $run (;0;) (type 0) (param $block i32) (param $first_group i32) (param $n_groups i32) (param $arena i32)
    (local $group i32) (local $group_x i32) (local $group_y i32) (local $group_z i32) (local $grid_x i32) (local $grid_y i32) (local $grid_z i32) (local $local_x i32) (local $local_y i32) (local $local_z i32) (local $local_index i32) (local $frame i32) (local $record i32) (local $rows i32) (local $columns i32) (local $sums i32) (local $output i32) (local $end_group i32) (local $v4 i32) (local $v9 f32) (local $v6 i32) (local $v8 f32)
    local.get $block
    i32.load offset=32
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
    i32.load offset=16
    local.set $rows
    local.get $block
    i32.load offset=20
    local.set $columns
    local.get $block
    i32.load offset=36
    local.set $sums
    local.get $block
    i32.load offset=40
    local.set $output
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
          local.set $v4
          local.get $columns
          f32.convert_i32_u
          local.set $v9
          i32.const 0
          local.set $local_z
          i32.const 0
          local.set $local_y
          i32.const 0
          local.set $local_x
          loop ;; label = @4
            block ;; label = @5
              local.get $v4
              local.get $local_x
              i32.add
              local.set $v6
              local.get $v6
              local.get $rows
              i32.ge_u
              if ;; label = @6
                br 1 (;@5;)
              end
              local.get $sums
              local.get $v6
              i32.const 2
              i32.shl
              i32.add
              f32.load
              local.set $v8
              local.get $output
              local.get $v6
              i32.const 2
              i32.shl
              i32.add
              local.get $v8
              local.get $v9
              f32.div
              f32.store
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
)
