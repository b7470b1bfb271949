(module $rows_add_rows
  (type (;0;) (func (param i32 i32 i32 i32)))
  (import "wgpuc" "memory" (memory (;0;) 0 65536 shared))
  (export "run" (func $run))
  (func $run (;0;) (type 0) (param $block i32) (param $first_group i32) (param $n_groups i32) (param $arena i32)
    (local $group i32) (local $group_x i32) (local $group_y i32) (local $group_z i32) (local $grid_x i32) (local $grid_y i32) (local $grid_z i32) (local $local_x i32) (local $local_y i32) (local $local_z i32) (local $local_index i32) (local $frame i32) (local $record i32) (local $rows i32) (local $columns i32) (local $input i32) (local $sums i32) (local $end_group i32) (local $v5 i32) (local $v7 i32) (local $sum f32) (local $v11 i32) (local $v12 i32) (local i32) (local $v14 f32) (local $v15 f32) (local $v17 f32)
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
    local.set $input
    local.get $block
    i32.load offset=40
    local.set $sums
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
          local.set $v5
          i32.const 0
          local.set $local_z
          i32.const 0
          local.set $local_y
          i32.const 0
          local.set $local_x
          loop ;; label = @4
            block ;; label = @5
              local.get $v5
              local.get $local_x
              i32.add
              local.set $v7
              local.get $v7
              local.get $rows
              i32.lt_u
              if ;; label = @6
                f32.const 0x0p+0 (;=0;)
                local.set $sum
                local.get $v7
                local.get $columns
                i32.mul
                local.set $v11
                i32.const 0
                local.set $v12
                local.get $columns
                local.set 27
                local.get $v12
                local.get 27
                i32.lt_u
                if ;; label = @7
                  loop ;; label = @8
                    local.get $record
                    i32.atomic.load offset=28
                    br_if 7 (;@1;)
                    local.get $input
                    local.get $v11
                    local.get $v12
                    i32.add
                    i32.const 2
                    i32.shl
                    i32.add
                    f32.load
                    local.set $v14
                    local.get $sum
                    local.set $v15
                    local.get $v15
                    local.get $v14
                    f32.add
                    local.set $sum
                    local.get $v12
                    i32.const 1
                    i32.add
                    local.set $v12
                    local.get $v12
                    local.get 27
                    i32.lt_u
                    br_if 0 (;@8;)
                  end
                end
                local.get $sum
                local.set $v17
                local.get $sums
                local.get $v7
                i32.const 2
                i32.shl
                i32.add
                local.get $v17
                f32.store
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
)
