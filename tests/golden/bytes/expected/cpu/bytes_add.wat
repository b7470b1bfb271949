(module $bytes_add
  (type (;0;) (func (param i32 i32 i32 i32)))
  (import "wgpuc" "memory" (memory (;0;) 0 65536 shared))
  (export "run" (func $run))
  (func $run (;0;) (type 0) (param $block i32) (param $first_group i32) (param $n_groups i32) (param $arena i32)
    (local $group i32) (local $group_x i32) (local $group_y i32) (local $group_z i32) (local $grid_x i32) (local $grid_y i32) (local $grid_z i32) (local $local_x i32) (local $local_y i32) (local $local_z i32) (local $local_index i32) (local $frame i32) (local $record i32) (local $by i32) (local $pixels.len i32) (local $pixels i32) (local $end_group i32) (local $v3 i32) (local $v5 i32) (local $v8 i32) (local $v10 i32) (local $v13 i32)
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
    i32.load offset=16
    local.set $by
    local.get $block
    i32.load offset=20
    local.set $pixels.len
    local.get $block
    i32.load offset=28
    local.set $pixels
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
              local.get $pixels.len
              i32.lt_u
              if ;; label = @6
                local.get $pixels
                local.get $v5
                i32.const 0
                i32.shl
                i32.add
                i32.load8_u
                local.set $v8
                local.get $pixels
                local.get $v5
                i32.const 0
                i32.shl
                i32.add
                local.get $v8
                local.get $by
                i32.add
                local.set $v10
                local.get $v10
                i32.const 0
                local.get $v10
                i32.const 0
                i32.gt_s
                select
                local.set $v13
                local.get $v13
                i32.const 255
                local.get $v13
                i32.const 255
                i32.lt_s
                select
                i32.const 255
                i32.and
                i32.store8
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
