evalscope perf --open-loop --rate 2 5.5 --duration 60 --number 1000 \
  --model qwen --url http://gw.example.com/team/v1 \
  --headers "Authorization=Bearer sk-not-to-be-shown" X-Tenant=load 'Cookie=sk-not-to-be-shown' \
  --dataset line_by_line --dataset-path prompts.txt \
  --max-tokens 16 256 --temperature 0.7 --top-p 0.9 --top-k 40 --seed 7 --no-test-connection \
  --total-timeout 600.5 --visualizer wandb --wandb-api-key sk-not-to-be-shown --multi-turn
